# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 after host.sh (safety.mk): `nestprof ab` leaves the host as it was, whatever
# befalls it: SIGKILL, Ctrl-C, a VM in the way, a bad L1.
modules=kvm_intel
ab="nestprof ab --arms shadow-off,single --workloads cpuid --repetitions 1 --no-charts --l1-kernel /boot/vmlinux --l1-initrd /boot/l1.cpio --runner /usr/bin/runner --qemu-version x --output /tmp/results"

# Starts ab, waits (microseconds), sends it a signal, waits for its end.
signal_after() { # microseconds, signal
	$ab >/tmp/said 2>&1 &
	usleep "$1"
	kill -"$2" $!
	code=0
	wait $! || code=$?
}

# Not what a load by default shows: nested is off, and a number is odd.
modprobe kvm_intel nested=0 ple_window=4242 || exit 1
begin

for us in 30000 100000 200000 400000 800000 1100000; do
	signal_after $us KILL
	# The next nestprof of that kind notices and makes up for it.
	run nestprof ab --recover
	verdict "SIGKILL after $us us, then --recover" as_before
done

signal_after 300000 KILL
changed=$(params | grep -c '^kvm_intel.nested=Y')
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

end
