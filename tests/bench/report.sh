#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: report.sh NESTPROF RESULT: what report --html takes for a run, five times.
set -euo pipefail
TIMEFORMAT='%R s (CPU: %U s and %S s in the kernel)'
page=$(mktemp)
trap 'rm -f "$page"' EXIT
for _ in 1 2 3 4 5; do
	time "$1" report --html "$2" >"$page"
done
echo "workloads: $(grep -o '"round_trip"' "$2/result.json" | wc -l); bytes: $(stat -c %s "$page")"
