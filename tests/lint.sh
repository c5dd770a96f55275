#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The style that a machine can check: licence line, line and file length.
set -u
cd "$(dirname "$0")/.." || exit 1
status=0

complain() {
	echo "$*" >&2
	status=1
}

for f in $(git ls-files '*.c' '*.h' '*.S' '*.sh' '*.mk' '*.gp'); do
	head -n 2 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' ||
		complain "$f: no SPDX line on top"
done

for f in $(git ls-files '*.c' '*.h'); do
	expand "$f" | awk -v f="$f" 'length > 100 { print f ":" NR ": longer than 100 columns" }' |
		grep . >&2 && status=1
	grep -nE '[[:blank:]]+$' "$f" | sed "s|^|$f:|;s|\$| blanks at its end|" | grep . >&2 && status=1
	lines=$(wc -l <"$f")
	[ "$lines" -le 400 ] || complain "$f: $lines lines, more than 400"
done

exit $status
