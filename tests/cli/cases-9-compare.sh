# SPDX-License-Identifier: GPL-2.0-only
# compare. data/ has a result of the lab, cut down.
c_result=$here/data/result.json
c_dir=$work/compare
mkdir -p "$c_dir"
sed 's/"l0_kernel": "[^"]*"/"l0_kernel": "7.0.0"/' "$c_result" >"$c_dir/new.json"
sed 's/nestprof-result\/1/nestprof-result\/9/' "$c_result" >"$c_dir/schema.json"
sed 's/"emulated_cpu": "[^"]*"/"emulated_cpu": "another"/' "$c_result" >"$c_dir/cpu.json"
sed 's/"emulated": true/"emulated": false/' "$c_result" >"$c_dir/hardware.json"
sed '0,/"samples": \[/s//"samples": [ 1, 2, 3, 4, 5, 6, 7,/' "$c_result" >"$c_dir/more.json"

check "compare: help" 0 out='^Usage: nestprof compare' out='OLD NEW' errlines=0 -- compare --help
check "compare: nothing" 2 err='OLD and NEW' -- compare
check "compare: one" 2 err='OLD and NEW' -- compare "$c_result"
check "compare: three" 2 err='two results only' -- compare a b c
check "compare: a threshold that is none" 2 err='--threshold' -- compare --threshold=much a b
check "compare: a negative threshold" 2 err='--threshold' -- compare --threshold=-1 a b
check "compare: no such file" 7 err='/nowhere' errlines=1 -- compare /nowhere "$c_result"
check "compare: with itself" 0 out='0 worse, 0 better' errlines=0 -- compare "$c_result" "$c_result"
check "compare: facts that differ" 0 out='^l0_kernel: .* -> 7.0.0' errlines=0 -- \
	compare "$c_result" "$c_dir/new.json"
check "compare: another schema" 1 err='schema is "nestprof-result/9", not' errlines=1 -- \
	compare "$c_result" "$c_dir/schema.json"
check "compare: another CPU" 1 err='emulated_cpu is .* and another in' errlines=1 -- \
	compare "$c_result" "$c_dir/cpu.json"
check "compare: emulated and not" 1 err='the old one is emulated' errlines=1 -- \
	compare "$c_result" "$c_dir/hardware.json"
check "compare: other repetitions" 1 err='repetitions against' errlines=1 -- \
	compare "$c_result" "$c_dir/more.json"
check "compare: json" 0 out='nestprof-compare/1' out='"verdict": "same"' errlines=0 -- \
	compare --json "$c_result" "$c_result"

# The first time in the file a tenth longer: worse, in every format.
sed 's/"time_unit": "[^"]*"/"time_unit": "seconds"/' "$c_result" >"$c_dir/unit.json"
awk '!done && /"samples": \[/ { print; getline; sub(/[0-9]+/, "99999"); done = 1 } { print }' \
	"$c_result" >"$c_dir/worse.json"
check "compare: other units" 1 err='units differ.*seconds' errlines=1 -- \
	compare "$c_result" "$c_dir/unit.json"
check "compare: worse" 15 out='1 worse' err='1 figure got worse' -- \
	compare "$c_result" "$c_dir/worse.json"
check "compare: markdown" 15 out='^\| workload \| arm \|' out='^\|---\|.*\|---:' \
	out='^\| cpuid .*\| worse \|$' err='got worse' -- \
	compare --format markdown "$c_result" "$c_dir/worse.json"
check "compare: github" 15 out='^::error title=nestprof%3A cpuid got worse::cpuid \(.*, worse$' \
	no='::warning' -- compare --format github "$c_result" "$c_dir/worse.json"
check "compare: github, within the threshold" 0 out='^::warning ' no='::error' errlines=0 -- \
	compare --format github --threshold 1e6 "$c_result" "$c_dir/worse.json"
check "compare: github, nothing" 0 out='^::notice title=nestprof::Of [0-9]+ figures none changed' \
	errlines=0 -- compare --format github "$c_result" "$c_result"
check "compare: junit" 15 out='tests="[0-9]+" failures="1"' out='<failure message=' -- \
	compare --format junit "$c_result" "$c_dir/worse.json"
cp "$work/out" "$c_dir/junit.xml"
complaints=
if command -v xmllint >/dev/null; then
	xmllint --noout "$c_dir/junit.xml" 2>/dev/null || complaint "no XML"
elif command -v tidy >/dev/null; then
	tidy -xml -q -e "$c_dir/junit.xml" 2>/dev/null || complaint "no XML"
fi
verdict "compare: junit is XML"
check "compare: an unknown format" 2 err="--format: unknown 'yaml'" -- \
	compare --format yaml "$c_result" "$c_result"
