#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: dashboard.sh FOLDER METRICS: each nestprof_... in the dashboard and the rules is in a page
# of metrics, or recorded by the rules.
set -uo pipefail
jq -e '.panels | length > 0' "$1/nestprof.dashboard.json" >/dev/null || exit 1
status=0
recorded=$(sed -n 's/.*record: //p' "$1/nestprof.rules.yml")
for name in $(jq -r '.. | .expr? // empty' "$1/nestprof.dashboard.json" |
	cat - "$1/nestprof.rules.yml" | grep -oE '([a-z_]+:)?nestprof_[a-z0-9_]+(:[a-z0-9]+)?' | sort -u); do
	grep -qE "^$name(\{| )" "$2" || grep -qx -- "$name" <<<"$recorded" || {
		echo "there is no $name"
		status=1
	}
done
exit $status
