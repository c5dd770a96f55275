#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command): `nestprof ab` leaves the host
# as it was, whatever befalls it: SIGKILL, Ctrl-C, a VM in the way, a bad L1.
report=/out/safety.txt
passed=0
failed=0
ab="nestprof ab --arms shadow-off,single --workloads cpuid --repetitions 1 --no-charts --l1-kernel /boot/vmlinux --l1-initrd /boot/l1.cpio --runner /usr/bin/runner --qemu-version x --output /tmp/results"

params() {
	[ -d /sys/module/kvm_intel ] || echo "not loaded"
	for f in /sys/module/kvm_intel/parameters/*; do
		[ -f "$f" ] && echo "${f##*/}=$(cat "$f")"
	done
}

verdict() { # name, then a test that must hold
	name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
		echo "ok      $name" | tee -a $report
	else
		failed=$((failed + 1))
		echo "FAILED  $name: code $code; $(tail -n 1 /tmp/said)" | tee -a $report
	fi
}

as_before() {
	params >/tmp/after
	cmp -s /tmp/before /tmp/after && [ -z "$(pidof qemu-system-x86_64 runner)" ] &&
		[ ! -e /run/nestprof/ab.journal ] && [ -z "$(ls /var/tmp 2>/dev/null)" ]
}

said() { # exit code, pattern
	[ "$code" -eq "$1" ] && grep -qE "$2" /tmp/said
}

# Starts ab, waits (microseconds), sends it a signal, waits for its end.
signal_after() { # microseconds, signal
	$ab >/tmp/said 2>&1 &
	usleep "$1"
	kill -"$2" $!
	code=0
	wait $! || code=$?
}

run() {
	code=0
	"$@" >/tmp/said 2>&1 </dev/null || code=$?
}

# Not what a load by default shows: nested is off, and a number is odd.
modprobe kvm_intel nested=0 ple_window=4242 || exit 1
mkdir -p /var/tmp
params >/tmp/before

# The comparison can fail.
echo 4243 >/tmp/after
verdict "harness: a changed parameter is seen" test "$(cmp -s /tmp/before /tmp/after || echo seen)" = seen

for us in 30000 100000 200000 400000 800000 1100000; do
	signal_after $us KILL
	# The next nestprof of that kind notices and makes up for it.
	run nestprof ab --recover
	verdict "SIGKILL after $us us, then --recover" as_before
done

signal_after 300000 KILL
changed=$(params | grep -c '^nested=Y')
verdict "a killed run does leave its parameters" test "$changed" -eq 1
run nestprof doctor
verdict "doctor says so" said 21 'killed|left'
run $ab
verdict "the next run says so, and runs" said 0 'was killed.*putting them back'
verdict "... and everything is as it was" as_before

for us in 30000 300000 800000; do
	signal_after $us INT
	verdict "Ctrl-C after $us us: code" said 130 interrupted
	verdict "Ctrl-C after $us us: as before" as_before
done

# Something that holds a VM open: the runner waits for its next word.
mkfifo /tmp/words
(exec sleep 1000 >/tmp/words) &
sleeper=$!
qemu-system-x86_64 -M microvm,acpi=off -accel kvm -nodefaults -no-user-config -display none -S &
vm=$!
usleep 500000
run $ab
verdict "a VM runs: refused, with its PID" said 4 "PID $vm"
kill -KILL $vm $sleeper
usleep 100000
verdict "... and nothing was changed" as_before

run $ab --l1-kernel /nonexistent
verdict "no L1 kernel" said 7 '/nonexistent'
verdict "... nothing changed" as_before
echo garbage >/tmp/garbage
run $ab --l1-kernel /tmp/garbage
verdict "an L1 kernel that is none" said 10 'L1 '
verdict "... nothing changed" as_before
run $ab --l1-initrd /tmp/garbage
verdict "an L1 that panics: its console is shown" said 10 'panic'
verdict "... nothing changed" as_before

mount -t tmpfs -o size=4k tmpfs /mnt 2>/dev/null || { mkdir -p /mnt && mount -t tmpfs -o size=4k tmpfs /mnt; }
run $ab --output /mnt
verdict "a full disk" said 8 '/mnt'
verdict "... nothing changed" as_before
umount /mnt

modules=/lib/modules/$(uname -r)
rmmod kvm_intel
params >/tmp/before
mv "$modules" /tmp/modules
run $ab
verdict "no kvm_intel" said 3 'kvm_intel'
verdict "... nothing changed" as_before
mv /tmp/modules "$modules"
run $ab
verdict "kvm_intel that was not loaded" said 0 result.json
verdict "... is not loaded afterwards" as_before

echo "$passed passed, $failed failed" | tee -a $report
[ "$failed" -eq 0 ]
