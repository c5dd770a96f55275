# SPDX-License-Identifier: GPL-2.0-only
# bench: its command line, and a run on the KVM that is here, if any.
check "bench --help" 0 out='^Usage: nestprof bench' out='--timeout=SECONDS' errlines=0 -- bench --help
check "bench: unknown option" 2 err='--frobnicate' -- bench --frobnicate
check "bench: unknown workload" 2 err="unknown workload 'warp'" -- bench --workloads cpuid,warp
check "bench: a workload twice" 2 err='--workloads: ' -- bench --workloads cpuid,cpuid
for n in 0 -1 x 1e3 99999; do
	check "bench: --repetitions $n" 2 err='--repetitions: ' -- bench --repetitions "$n"
done
check "bench: --timeout 0" 2 err='--timeout: ' -- bench --timeout 0

if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
	check "bench" 0 out='^cpuid +[0-9,]+ ' out='^Turtles 2010: ' no='core dumped' -- \
		bench --workloads cpuid --repetitions 3
	check "bench --json" 0 out='"schema": "nestprof-result/1"' out='"suggests": ' \
		no=': (nan|inf)' -- bench --workloads cpuid,pio --repetitions 3 --json
	check "bench: no runner" 7 err='workload runner /nonexistent' errlines=1 -- \
		bench --runner /nonexistent
	printf '#!/bin/sh\nexec sleep 1000\n' >"$work/hangs"
	chmod +x "$work/hangs"
	# It answers to nothing: each workload has its time and no more.
	check "bench: a runner that hangs" 10 err='did not answer in 1 s' -- \
		bench --workloads cpuid --timeout 1 --runner "$work/hangs"
	if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
		complaints=
		code=0
		setpriv --bounding-set -all --inh-caps -all --ambient-caps -all "$NESTPROF" bench \
			--workloads cpuid --repetitions 2 </dev/null >"$work/out" 2>"$work/err" || code=$?
		check_code 0 "$code"
		check_wish 'out=^cpuid +[0-9,]+ '
		verdict "bench without any capability"
	fi
else
	check "bench without /dev/kvm" 5,7 err='/dev/kvm' errlines=1 -- bench
	echo "skipped bench: no /dev/kvm that can be used"
fi
