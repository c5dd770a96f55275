# SPDX-License-Identifier: GPL-2.0-only
# stat: its command line, and what it says where it cannot count.
check "stat --help" 0 out='^Usage: nestprof stat' out='--vm=NAME' out='--min-share' errlines=0 -- stat --help
check "stat: unknown option" 2 err='--frobnicate' -- stat --frobnicate
check "stat: two targets" 2 err='exclude each other' -- stat -a -p 1
check "stat: two formats" 2 err='exclude each other' -- stat --json --csv
check "stat: unknown sort key" 2 err="'frobnicate' is none of reason exits" -- stat --sort frobnicate
check "stat: unknown division" 2 err="'frobnicate' is none of reason, vm" -- stat --by frobnicate
for n in x '' -1 0 0.01 1e3 nan inf 1.2.3 99999999999; do
	check "stat: -d '$n'" 2 err='-d: ' -- stat -d "$n"
	check "stat: -I '$n'" 2 err='-I: ' -- stat -I "$n"
done
for n in x '' -1 0 99999999999 1.5; do
	check "stat: -p '$n'" 2 err='-p: ' -- stat -p "$n"
done
check "stat: --vcpu x" 2 err='--vcpu: ' -- stat --vcpu x
check "stat: --min-share 101" 2 err='--min-share: ' -- stat --min-share 101

# Without privileges, or without kvm_intel: one line that says which. A host
# that has both counts for a moment.
check "stat -d 0.1" 0,5,6 no='core dumped' -- stat -d 0.1
check "stat of a process that runs no VM" 5,7 err='PID 1|CAP_BPF|CAP_PERFMON' errlines=1 -- stat -p 1
check "stat of a process that is none" 5,7 err='no process 4194303|CAP_BPF|CAP_PERFMON' errlines=1 -- \
	stat -p 4194303
check "stat of a VM that is none" 5,7 err="is named 'no such'|CAP_BPF|CAP_PERFMON" errlines=1 -- \
	stat --vm 'no such'

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	without() { # name wanted capabilities...
		complaints=
		code=0
		(cd / && exec setpriv --bounding-set "-all$3" --inh-caps "-all$3" --ambient-caps "-all$3" \
			"$NESTPROF" stat) </dev/null >"$work/out" 2>"$work/err" || code=$?
		check_code 5 "$code"
		check_wish "err=$2"
		check_wish errlines=1
		verdict "stat: $1"
	}
	without "neither capability" 'both are missing' ''
	without "no CAP_PERFMON" 'CAP_PERFMON is missing' ',+bpf'
	without "no CAP_BPF" 'CAP_BPF is missing' ',+perfmon'
fi
