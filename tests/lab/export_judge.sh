#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: export_judge.sh FOLDER: what the exporter told in the lab is what stat counted.
set -uo pipefail
cd "$1" || exit 1
failed=0

same() { # name, two texts
	if [ -n "$2" ] && [ "$2" = "$3" ]; then
		echo "ok      $1: ${2//$'\n'/, }"
	else
		echo "FAILED  $1: stat has"
		echo "$2"
		echo "        and the exporter"
		echo "$3"
		failed=1
	fi
}

from_stat() { # jq's filter
	jq -r "select(.type == \"interval\") | $1" stat.json | LC_ALL=C sort
}

from_page() { # metric and labels, as a regular expression with the reason in brackets
	sed -n "s/^$1 \([0-9]*\)\$/\1 \2/p" ended | LC_ALL=C sort
}

for key in exits:l2_exits to_l1:l2_exits_to_l1 l0_only:l2_exits_kept; do
	same "${key#*:}" "$(from_stat ".exits[] | select(.kind == \"L2\") | \"\(.reason) \(.${key%:*})\"")" \
		"$(from_page "nestprof_${key#*:}_total{vm=\"web\",reason=\"\([A-Z_]*\)\"}")"
done
same "VMREADs of L1" \
	"$(from_stat '.causes[] | select(.kind == "L2" and .cause == "VMREAD") | "\(.reason) \(.exits)"')" \
	"$(from_page 'nestprof_l1_exits_total{vm="web",reason="\([A-Z_]*\)",kind="VMREAD"}' | grep -v ' 0$')"
same "L0's exits" "$(from_stat '.groups[0].l0_exits')" \
	"$(sed -n 's/^nestprof_l0_exits_total{vm="web"} //p' ended)"
same "round trips through L1" "$(from_stat '[.exits[].l1_trips | numbers] | add')" \
	"$(sed -n 's/^nestprof_round_trip_seconds_count{vm="web",by="L1"} //p' ended)"
same "while it ran" "1" "$(grep -c 'nestprof_vm_info{vm="web",pid="[0-9]*",uuid="12345678-1234-1234-1234-123456789abc"} 1' running)"
same "exit status" "0" "$(cat exporter.status)"
echo "        its memory: $(cat memory)"
exit $failed
