#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command): the micro-hypervisor's entries into
# L2 fail in ways that it is told, in both arms, with ftrace's hist trigger on KVM's
# tracepoint. What it leaves in /out is judged by check_failures.c.
instance=/sys/kernel/tracing/instances/check
event=$instance/events/kvm/kvm_nested_vmenter_failed

wait_for() { # pattern file
	tries=0
	until grep -q "$1" "$2" 2>/dev/null; do
		usleep 20000
		[ $((tries += 1)) -lt 3000 ] || give_up "$2 has no $1"
	done
}

give_up() { # why
	echo "failures.sh: $1"
	cat /out/*.err
	exit 1
}

stat_beside() { # name, options
	name=$1
	shift
	nestprof stat "$@" >"/out/$name" 2>"/out/$name.err" &
	echo $! >"/tmp/$name.pid"
}

end_stats() { # names
	for name; do
		kill -INT "$(cat "/tmp/$name.pid")"
	done
	for name; do
		wait_for "lost" "/out/$name" # its last line
	done
}

# One line to L1, and its answer.
tell() { # line
	n=$((n + 1))
	echo "$1" >&3
	tries=0
	until [ "$(grep -c "^@np [frse]" /out/$arm.log)" -gt $n ]; do
		usleep 20000
		[ $((tries += 1)) -lt 3000 ] || give_up "no answer to $1"
	done
}

# Control fields, host state, guest state, an MSR, what only the CPU finds; vmcs12 has
# the last exit's reason still when the one after it is no exit.
fail_all() {
	tell "fail 400a ff 3"
	tell "fail 6c00 0 2"
	tell "fail 2800 1 4"
	tell "fail 400a ff 1"
	tell "fail 4014 1 2"
	tell "fail 6c00 0 1"
	tell "fail 6820 0 2"
	tell "fail 400a ff 1"
}

modprobe kvm_intel || exit 1
rmmod kvm_intel
mkdir $instance
for arm in off on; do
	shadow=0
	[ $arm = off ] || shadow=1
	modprobe kvm_intel nested=1 enable_shadow_vmcs=$shadow || exit 1
	nestprof record -o /out/$arm.rec 2>/out/$arm.rec.err &
	record=$!
	stat_beside $arm.json -a -I 1 --json
	stat_beside $arm.txt --by vcpu
	stat_beside $arm.csv --counts-only -I 1 --by vm --csv
	wait_for interval /out/$arm.json
	wait_for interval /out/$arm.csv
	[ ! -e $event/hist ] || echo "hist:keys=msg" >$event/trigger
	rm -f /tmp/l1
	mkfifo /tmp/l1
	qemu-system-x86_64 -name guest=failing -M microvm,acpi=off,rtc=on -accel kvm -cpu host -m 64 \
		-nodefaults -no-user-config -display none -serial stdio -no-reboot \
		-kernel /boot/micro </tmp/l1 >/out/$arm.log 2>/out/$arm.log.err &
	qemu=$!
	exec 3>/tmp/l1
	wait_for "@np ready" /out/$arm.log
	n=0
	fail_all # with VMLAUNCH
	tell "run cpuid 20"
	fail_all # with VMRESUME
	tell "run cpuid 20"
	echo quit >&3
	wait $qemu
	exec 3>&-
	sleep 1
	kill -INT "$(cat /tmp/$arm.csv.pid)"
	wait_for "lost" /out/$arm.csv.err
	end_stats $arm.json $arm.txt
	kill -INT $record
	wait $record || give_up "record failed"
	nestprof report --json /out/$arm.rec >/out/$arm.report || give_up "report failed"
	if [ -e $event/hist ]; then
		cat $event/hist >/out/$arm.hist
		echo "!hist:keys=msg" >$event/trigger
	fi
	rmmod kvm_intel
done
rmdir $instance
