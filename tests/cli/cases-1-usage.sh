# SPDX-License-Identifier: GPL-2.0-only
# Wrong command lines, and help.
check "no command" 2 err='^Usage: nestprof' no='core dumped' --
check "unknown command" 2 err="unknown command 'frobnicate'" errlines=1 -- frobnicate
check "empty command" 2 err="unknown command ''" -- ''
check "unknown option" 2 err='--frobnicate' -- --frobnicate
check "help" 0 out='^Usage: nestprof' out='^ +doctor ' out='^ +ab ' out='^ +lab ' errlines=0 -- --help
check "version" 0 out='^nestprof [0-9]+\.[0-9]+' errlines=0 -- --version

for c in doctor ab lab; do
	check "$c --help" 0 out="^Usage: nestprof $c" out='--help' errlines=0 -- "$c" --help
	check "$c: unknown option" 2 err='--frobnicate' -- "$c" --frobnicate
	check "$c: an argument too many" 2 err='^nestprof' -- "$c" frobnicate
done

for c in ab lab; do
	check "$c: unknown arm" 2 err='unknown arm' -- "$c" --arms=sideways
	check "$c: unknown workload" 2 err='unknown workload' -- "$c" --workloads=frobnicate
	check "$c: an arm of no parameters" 2 err='NAME:PARAMETER=VALUE' -- "$c" --arm=mine
	check "$c: an arm that a shell would read" 2 err="'ept' is no PARAMETER=VALUE" -- \
		"$c" --arm='mine:ept=$(reboot)'
	check "$c: an arm by a name that is taken" 2 err='an arm of that name already' -- \
		"$c" --arm=shadow-on:ept=0
	check "$c: an arm twice" 2 err='comes twice' -- "$c" --arm=mine:ept=0 --arm=mine:ept=1
	check "$c: passes of nothing" 2 err='--passes' -- "$c" --passes=0
	check "$c: more samples than there is room for" 2 err='more than 64' -- \
		"$c" --passes=10 --repetitions=10
	check "$c: a precision of nothing" 2 err='--precision' -- "$c" --precision=0
	check "$c: a precision that is none" 2 err='--precision' -- "$c" --precision=nan
	check "$c: no arm at all" 2 err='--arms' -- "$c" --arms=
	check "$c: iterations that are no number" 2 err='--iterations' -- "$c" --iterations=many
	check "$c: iterations of nothing" 2 err='--iterations' -- "$c" --iterations=0
	check "$c: negative iterations" 2 err='--iterations' -- "$c" --iterations=-1
	check "$c: unknown L1" 2 err="unknown L1 'xen': there are linux and micro" -- "$c" --l1=xen
	check "$c: a sequence for Linux" 2 err='--l1-sequence is for --l1 micro' -- \
		"$c" --l1-sequence=R:4402
	check "$c: a sequence of two words" 2 err='--l1-sequence' -- \
		"$c" --l1=micro --l1-sequence='R:4402 quit'
	check "$c: an empty sequence" 2 err='--l1-sequence' -- "$c" --l1=micro --l1-sequence=
	check "$c: modules for micro" 2 err='--l1 micro has no' -- "$c" --l1=micro --l1-modules=/tmp
done
check "lab: a CPU that would add lines to a bochsrc" 2 err='cpu-model' errlines=1 -- \
	lab --cpu-model='x, count=9'
check "ab: a CPU that is none" 2 err='--pin' -- ab --pin=many
check "ab: a CPU beyond all" 2 err='--pin' -- ab --pin=100000
check "lab: a kernel twice" 2 err='sid comes twice' -- lab --l0-kernel=sid --l0-kernel=sid
check "lab: a CPU twice" 2 err='x comes twice' -- lab --cpu-model=x --cpu-model=x
check "lab: calibrate on two kernels" 2 err='at a time' -- \
	lab --calibrate --l0-kernel=sid --l0-kernel=bookworm
check "lab: fields on two CPUs" 2 err='for one --cpu-model' -- \
	lab --fields --cpu-model=x --cpu-model=y
check "lab: nothing has the form that the arm wants" 2 err='native: left out, without a native form: vmcall' \
	err='none of the workloads can run' -- lab --arms native --workloads vmcall
check "lab: memory that is no number" 2 err='--memory' -- lab --memory=lots
