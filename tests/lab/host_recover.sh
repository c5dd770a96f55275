# SPDX-License-Identifier: GPL-2.0-only
# Run in the lab's L0 after host.sh (recover.mk): ab is killed at each step that it tells of.
modules="kvm kvm_intel"
left=0
changed=0
# Both modules' parameters, and an L1 that is up at once.
ab="nestprof ab --arms single --arm odd:enable_shadow_vmcs=0,kvm.ignore_msrs=1 --l1 micro --l1-kernel /boot/micro --workloads cpuid --repetitions 1 --passes 1 --no-charts --runner /usr/bin/runner --qemu-version x --output /tmp/results"

restored() {
	[ "$code" -eq 0 ] && as_before
}

# Kills ab so long (microseconds) after it told of its n-th step; sets step to what it was.
kill_at() { # n, microseconds
	rm -f /tmp/told
	mkfifo /tmp/told
	$ab >/dev/null 2>/tmp/told &
	pid=$!
	n=0
	step=
	while read -r line; do
		case $line in
		\[*) n=$((n + 1)) ;;
		*) continue ;;
		esac
		[ "$n" -eq "$1" ] || continue
		step=${line#*] }
		usleep "$2"
		kill -KILL $pid
	done </tmp/told
	wait $pid 2>/dev/null
}

# The next nestprof says so, if there is something to say, and --recover restores.
make_up() { # name
	if [ -e /run/nestprof/ab.journal ]; then
		left=$((left + 1))
		same_params || changed=$((changed + 1))
		run nestprof compare /nowhere /nowhere
		verdict "$1: the next command says so" said 7 'was killed.*ab --recover'
	else
		same_params
		code=$?
		verdict "$1: nothing was changed yet" [ "$code" -eq 0 ]
	fi
	run nestprof ab --recover
	verdict "$1: --recover restores" restored
}

modprobe kvm_intel nested=0 ple_window=4242 || exit 1
begin
run $ab
verdict "a whole run" said 0 result.json
steps=$(grep -c '^\[' /tmp/said)
verdict "... has steps to be killed at" [ "$steps" -ge 8 ]
verdict "... and leaves nothing" restored

# At once, or when it is well in it, by turns.
for at in $(seq 1 "$steps"); do
	us=$((at % 2 * 20000))
	kill_at "$at" $us
	make_up "SIGKILL $us us into step $at ($step)"
done
verdict "killed runs did leave a journal ($left)" [ "$left" -ge $((steps - 4)) ]
verdict "... and other parameters ($changed)" [ "$changed" -ge $((steps / 2)) ]

# Killed, and then somebody starts a VM: not under its feet.
kill_at 4 20000
while [ -n "$(pidof qemu-system-x86_64 runner)" ]; do usleep 10000; done
qemu-system-x86_64 -M microvm,acpi=off -accel kvm -nodefaults -no-user-config -display none -S &
vm=$!
usleep 500000
params >/tmp/changed
run nestprof ab --recover
verdict "a VM runs: --recover is refused, with its PID" said 12 "PID $vm"
params >/tmp/now
verdict "... and nothing is changed under it" cmp -s /tmp/changed /tmp/now
run $ab
verdict "... nor does another ab run" said 12 "PID $vm"
kill -KILL $vm
wait $vm 2>/dev/null
run nestprof ab --recover
verdict "... restored when it is gone" restored
run nestprof ab --recover
verdict "--recover with nothing to do" restored

# A damaged journal is said, and touched by nobody.
mkdir -p /run/nestprof
echo garbage >/run/nestprof/ab.journal
run nestprof compare /nowhere /nowhere
verdict "a damaged journal: any command says so" said 7 'ab.journal is damaged'
run nestprof ab --recover
verdict "a damaged journal: --recover says what to do" said 12 'damaged.*remove it'
rm -rf /run/nestprof

# A guest in whose hands one workload hangs, another ends it, and the others run.
cat >/tmp/hanging <<'END'
#!/bin/busybox sh
echo "@np ready 1"
while read -r verb name n; do
	case $name in
	vmcall) sleep 1000 ;;
	pio) exit 3 ;;
	esac
	echo "@np result $name $n 1000"
done
END
chmod +x /tmp/hanging
hang="nestprof ab --arms single --workloads cpuid,vmcall,pio,rdmsr --timeout 1 --repetitions 1 --passes 2 --no-charts --runner /tmp/hanging --l1-kernel /boot/vmlinux --l1-initrd /boot/l1.cpio --qemu-version x --output /tmp/hung"
run $hang
verdict "a workload that hangs: the exit code, and why" said 10 '2 runs of workloads failed'
verdict "... it is named, with the time that it was given" grep -qE 'vmcall.*did not answer in 1 s' /tmp/said
verdict "... one that ends its guest, too" grep -qE 'pio.*exit status 3' /tmp/said
verdict "... the others ran" grep -qE '^rdmsr +single' /tmp/said
verdict "... and the result has it" grep -q '"error": ".*did not answer' /tmp/hung/latest/result.json
verdict "... nothing is left" as_before

end
