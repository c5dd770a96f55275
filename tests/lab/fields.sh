# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 (nestprof lab --l0-command), after fields.mk has put a line in
# front that sets $sequences: the micro-hypervisor with each of them, in both arms, and
# which VMCS fields it accessed. What it leaves in /out is judged by check_fields.c.
i=0
for s in $sequences; do
	echo "fields.sh: $s"
	nestprof ab --l1 micro --l1-sequence "$s" --l1-kernel /boot/micro --runner /usr/bin/runner \
		--qemu-version lab --arms shadow-off,shadow-on --workloads cpuid --iterations 50 \
		--repetitions 1 --fields --no-charts -o "/out/$i" >"/out/$i.txt" || exit 1
	i=$((i + 1))
done

# One VM whose code changes: each sequence is written to where the one before was.
give_up() { # why
	echo "fields.sh: $1"
	cat /out/changing.err
	exit 1
}

wait_for() { # pattern, so many times
	tries=0
	until [ "$(grep -c "$1" /out/changing.log)" -ge "$2" ]; do
		usleep 20000
		[ $((tries += 1)) -lt 1000 ] || give_up "L1 does not say $1"
	done
}

rmmod kvm_intel 2>/dev/null
modprobe kvm_intel nested=1 enable_shadow_vmcs=0 || exit 1
mkfifo /tmp/in
nestprof fields --json -I 2 >/out/changing.json 2>/out/changing.err &
fields=$!
tries=0
until [ "$(ls -l /proc/$fields/fd | grep -cE "bpf_link|bpf-raw|perf_event")" -ge 5 ]; do
	usleep 20000
	[ $((tries += 1)) -lt 500 ] || give_up "fields attaches no hooks"
done
qemu-system-x86_64 -M microvm,acpi=off -accel kvm -cpu host -m 64 -nodefaults -no-user-config \
	-display none -serial stdio -no-reboot -kernel /boot/micro </tmp/in >/out/changing.log 2>&1 &
qemu=$!
exec 3>/tmp/in
wait_for "@np ready" 1
n=0
for s in $sequences $sequences; do
	echo "fields.sh: changing to $s"
	n=$((n + 1))
	echo "sequence $s" >&3
	wait_for "@np sequence" $n
	sleep 3 # nothing new for so long: the hook on entries is out
	echo "run cpuid 100" >&3
	wait_for "@np result" $n
done
echo quit >&3
wait $qemu
exec 3>&-
kill -INT $fields
wait $fields
status=$?
rmmod kvm_intel || give_up "kvm_intel stays"
[ $status = 0 ] || give_up "fields: status $status"
