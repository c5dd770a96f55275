# SPDX-License-Identifier: GPL-2.0-only
# ab where it cannot run: one line, the code that doctor names, nothing left.
run doctor --json
code_of_ab=$(sed -n '/"ab": {/,/}/s/.*"exit_code": \([0-9]*\).*/\1/p' "$work/out" | head -n 1)
if [ "$code_of_ab" -ne 0 ]; then
	check "ab is refused as doctor says ($code_of_ab)" "$code_of_ab" err='^nestprof: ' \
		errlines=1 no='core dumped' -- ab
	complaints=
	[ ! -e /run/nestprof ] || complaint "/run/nestprof is there"
	verdict "ab left no lock or journal"
else
	echo "skipped ab is refused: this host could run it"
fi
if ! grep -qw vmx /proc/cpuinfo; then
	check "ab without VMX" 3 err='^nestprof: VMX: no VMX' errlines=1 -- ab
else
	echo "skipped ab without VMX: this host has it"
fi

# No apt-get in PATH: the lab says so before it does anything. An empty PATH of
# its own would hide timeout from the harness too; the binary is run by env.
complaints=
code=0
(cd "$work/dir" && exec env PATH="$work/nowhere" "$NESTPROF" lab) </dev/null \
	>"$work/out" 2>"$work/err" || code=$?
check_code 7 "$code"
check_wish 'err=^nestprof: apt-get: no apt-get in PATH'
check_wish errlines=1
[ -z "$(ls -A "$work/dir")" ] || complaint "left behind: $(ls -A "$work/dir")"
verdict "lab without apt-get"
