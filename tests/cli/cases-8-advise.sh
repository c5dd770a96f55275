# SPDX-License-Identifier: GPL-2.0-only
# calibrate and advise: their command lines, and files that are not what they should be.
# data/ has a workload of the lab with its calibration, both cut down.
data=$here/data
check "calibrate --help" 0 out='^Usage: nestprof calibrate' out='--repetitions=N' errlines=0 -- \
	calibrate --help
check "calibrate: unknown option" 2 err='--frobnicate' -- calibrate --frobnicate
check "calibrate: no iterations" 2 err='--iterations' -- calibrate --iterations 0
check "calibrate: too many repetitions" 2 err='--repetitions' -- calibrate --repetitions 1000
if ! grep -qw vmx /proc/cpuinfo; then
	check "calibrate without VMX" 3 err='^nestprof: VMX: no VMX' errlines=1 -- calibrate
else
	echo "skipped calibrate without VMX: this host has it"
fi

check "lab --calibrate: another kernel as L1" 2 err='--l1 micro has no kernel' -- \
	lab --calibrate --l1-kernel sid

check "advise --help" 0 out='^Usage: nestprof advise' out='--force' errlines=0 -- advise --help
check "advise: two results" 2 err='one RESULT only' -- advise a b
check "advise: no result" 7 err='results/latest: No such file' errlines=1 -- advise
check "advise: a folder without one" 7 err='Is a directory' errlines=1 -- advise /
check "advise: an empty result" 1 err='/dev/null: ' errlines=1 -- advise /dev/null
check "advise: a program" 1 err='nestprof: ' errlines=1 no='core dumped' -- advise "$NESTPROF"
check "advise: endless zeros" 7 err='File too large' errlines=1 -- advise /dev/zero
check "advise: a calibration is no result" 1 err='schema' errlines=1 -- \
	advise "$data/calibration.json"
check "advise: a result is no calibration" 1 err='schema' errlines=1 -- \
	advise --calibration "$data/result.json" "$data/result.json"
check "advise: no calibration" 7 err="make one with 'nestprof calibrate'" errlines=1 -- \
	advise --calibration "$work/none.json" "$data/result.json"
check "advise" 0 out='^exits of L1 +10\.06 +-6\.97 +3\.08' out='GUEST_PML_INDEX .* no: CPU lacks pml .* RO .* better' \
	errlines=0 -- advise "$data/result.json"
check "advise: of a folder" 0 out='^ticks ' -- advise "$data"
check "advise --json" 0 out='"schema": "nestprof-advice/1"' no=': (nan|inf)' errlines=0 -- \
	advise --json "$data"

sed 's/6\.1\.0-/6.2.0-/' "$data/calibration.json" >"$work/other.json"
check "advise: a calibration of another kernel" 1 no='exits of L1' errlines=1 \
	err='l0_kernel 6\.2\.0.*this with 6\.1\.0.*--force' -- \
	advise --calibration "$work/other.json" "$data"
check "advise --force" 0 out='^not of this machine: .*6\.2\.0' out='^exits of L1' -- \
	advise --force --calibration "$work/other.json" "$data"
head -c 5000 "$data/calibration.json" >"$work/cut.json"
check "advise: a calibration cut off" 1 err='cut.json: ' errlines=1 -- \
	advise --calibration "$work/cut.json" "$data"
sed 's/"fields": \[/"other": [/' "$data/result.json" >"$work/plain.json"
check "advise: a result without fields" 1 err='with --fields' errlines=1 -- \
	advise --calibration "$data/calibration.json" "$work/plain.json"
