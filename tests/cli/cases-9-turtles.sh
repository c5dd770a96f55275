# SPDX-License-Identifier: GPL-2.0-only
# report --turtles. data/ has a result of the lab, cut down.
t_result=$here/data/result.json

check "turtles: beside the paper" 0 out='^compile .* kernbench +14\.5 +10\.3 +29\.0' out='^cpuid .*53\.7' \
	no=MODELLED errlines=0 -- report --turtles "$t_result"
check "turtles: modelled on demand, and said so" 0 out='^MODELLED, not measured' \
	out='Agesen' errlines=0 -- report --turtles --uarch nehalem "$t_result"
check "turtles: json" 0 out='"schema": "nestprof-turtles/1"' out='"modelled": null' errlines=0 -- \
	report --turtles --json "$t_result"
check "turtles: html" 0 out='Beside The Turtles Project' out='MODELLED' errlines=0 -- \
	report --turtles --html --uarch skylake "$t_result"
check "turtles: not in the page unless measured for it" 0 no='Beside The Turtles' errlines=0 -- \
	report --html "$t_result"
check "turtles: no csv" 2 err='--csv' -- report --turtles --csv "$t_result"
check "turtles: an unknown CPU" 2 err="unknown 'pentium'; there are nehalem" -- \
	report --turtles --uarch pentium "$t_result"
check "turtles: a CPU for nothing" 2 err='--uarch is for --turtles' -- \
	report --uarch haswell "$t_result"
check "turtles: a CPU for nothing (lab)" 2 err='--uarch is for --turtles' -- lab --uarch haswell
check "turtles: of a recording" 2 err='is for a result' errlines=1 -- \
	report --turtles "$here/data/web.rec"
sed 's/"emulated": true/"emulated": false/' "$t_result" >"$work/turtles-hardware.json"
check "turtles: hardware is not modelled" 0 out='Nothing is modelled' no=MODELLED errlines=0 -- \
	report --turtles --uarch haswell "$work/turtles-hardware.json"
