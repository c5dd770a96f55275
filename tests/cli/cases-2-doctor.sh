# SPDX-License-Identifier: GPL-2.0-only
# doctor, whatever the host: its rows, its verdicts, its exit code.
any=0,20,21,22
check "doctor" $any out='^VMX ' out='^VMCS shadowing ' out='^KVM backend ' out='^kvm_exit ' \
	out='^ab: can' out='^lab: can' errlines=0 -- doctor
check "doctor, without colours in a pipe" $any no="$(printf '\033')" -- doctor
check "doctor --json" $any out='"schema": "nestprof-doctor/1"' out='"can_run": (true|false)' \
	out='^}$' no='^ab:' errlines=0 -- doctor --json

# The exit code says what the verdicts say.
run doctor
case "$(grep -cE '^ab: can run' "$work/out")$(grep -cE '^lab: can run' "$work/out")" in
11) want=0 ;; 10) want=21 ;; 01) want=20 ;; *) want=22 ;;
esac
check "doctor's exit code agrees with its verdicts" $want -- doctor

if command -v jq >/dev/null; then
	complaints=
	run doctor --json
	jq -e '.facts | length > 20' "$work/out" >/dev/null || complaint "jq cannot read it"
	verdict "doctor --json is JSON"
fi
