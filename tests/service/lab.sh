#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command), with a root file system that has systemd and
# the exporter behind the last line: systemd starts the unit as it is beside an L1 that is busy,
# and stops it while that one is, three times. Judged by judge.sh.
lines=@lines@
root=/tmp/unit

pid_of() { # the name of its task
	for p in /proc/[0-9]*; do
		[ "$(cat "$p/comm" 2>/dev/null)" = "$1" ] && echo "${p#/proc/}" && return
	done
	return 1
}

# Where systemd, and every task of the unit, is.
tell_tasks() {
	for p in $systemd $(pid_of nestprof-export) $stop; do
		echo "--- $p: $(cut -d " " -f 2,3,14,15 "/proc/$p/stat")"
		cat "/proc/$p/stack"
	done
}

# A moment of emulated time is many of ours: look often, but not for ever.
wait_for() { # what, command
	what=$1
	shift
	tries=0
	until "$@" >/dev/null 2>&1; do
		usleep 20000
		[ $((tries += 1)) -lt 1500 ] || give_up "$what"
		[ $((tries % 250)) -ne 0 ] || { echo "lab.sh: waits for $what"; tell_tasks; }
	done
}

# Whoever is left has the lab's pipe open, and L0 would wait for its end.
end_all() {
	kill -KILL $systemd $qemu 2>/dev/null
}
trap end_all EXIT

give_up() { # why
	echo "lab.sh: waited in vain for $1"
	tell_tasks
	dmesg | tail -n 40
	exit 1
}

ctl() {
	chroot "$root" /usr/bin/nsenter --target "$systemd" --pid --mount \
		--root /usr/bin/systemctl "$@" nestprof-exporter
}

said() { # pattern, file
	grep -q "$1" "$2"
}

# Its programs are in: it serves in a moment. Nobody keeps what it says, and wget is not patient.
attached() {
	exporter=$(pid_of nestprof-export) &&
		[ "$(ls -l "/proc/$exporter/fd" | grep -cE "bpf_link|bpf-raw|perf_event")" -ge 3 ]
}

# In the unit's PID namespace the VM's process is not there: it has a number for a name.
counts() { # reason
	wget -q -O /out/metrics http://127.0.0.1:9743/metrics &&
		said "^nestprof_l2_exits_total{vm=\"[^\"]*\",reason=\"$1\"} [1-9]" /out/metrics
}

has_ended() { # PID
	! kill -0 "$1"
}

mkdir -p "$root"
mount -t tmpfs tmpfs "$root"
tail -n +$((lines + 1)) "$0" | tar xz -C "$root" || exit 1
modprobe kvm_intel nested=1 enable_shadow_vmcs=0 || exit 1
ifconfig lo 127.0.0.1 up
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
# The command itself, which does no more than this, and its libraries are not there.
cp /bin/busybox "$root/bin"
printf '#!/bin/busybox sh\nshift\nexec /usr/lib/nestprof/nestprof-exporter "$@"\n' >"$root/usr/bin/nestprof"
chmod +x "$root/usr/bin/nestprof"

echo "lab.sh: L1"
mkfifo /tmp/in
qemu-system-x86_64 -name guest=web -M microvm,acpi=off,rtc=on -accel kvm -cpu host -m 64 \
	-nodefaults -no-user-config -display none -serial stdio -no-reboot \
	-kernel /boot/micro </tmp/in >/out/l1.log 2>&1 &
qemu=$!
exec 3>/tmp/in
wait_for "L1" said "@np ready" /out/l1.log

echo "lab.sh: systemd"
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=check chroot "$root" /usr/bin/unshare \
	--pid --fork --mount --mount-proc /lib/systemd/systemd --show-status=no \
	>/out/systemd.log 2>&1 &
wait_for "systemd" pid_of systemd
systemd=$(pid_of systemd)

for turn in 1 2 3; do
	[ $turn -eq 1 ] || ctl start
	wait_for "the exporter, turn $turn" attached
	echo "lab.sh: it counts, turn $turn"
	# Longer than all that is done meanwhile.
	echo "run cpuid 40000" >&3
	wait_for "exits, turn $turn" counts CPUID
	cp "/proc/$exporter/status" /out/process
	ls -l "/proc/$exporter/fd" >/out/files
	ctl show -p ActiveState -p Result -p NRestarts >/out/started
	ctl stop &
	stop=$!
	wait_for "the stop, turn $turn" has_ended $stop
	wait $stop
	stop=
	! said "@np result cpuid" /out/l1.log || echo "L1 was not busy" >/out/idle
	ctl show -p ActiveState -p Result >/out/stopped
	echo "lab.sh: stopped, turn $turn"
	wait_for "L1's answer" said "@np result cpuid" /out/l1.log
	: >/out/l1.log
done
exit 0
