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

for f in $(git ls-files '*.c' '*.h' '*.S' '*.sh' '*.mk' '*.gp' '*.def' '*.ld' '*.roff' Makefile debian/rules); do
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

# What the package is built with is what packages.list has.
for p in $(sed -n '/^Build-Depends:/,/^[A-Z]/s/^ \([a-z][a-z0-9-]*\).*/\1/p' debian/control); do
	[ "$p" = debhelper-compat ] || grep -q "^$p " packages.list ||
		complain "debian/control: packages.list has no $p"
done
[ "$(sed -n '1s/.*(\(.*\)-[0-9]*).*/\1/p' debian/changelog)" = "$(cat VERSION)" ] ||
	complain "debian/changelog: another version than VERSION"
[ "$(sed -n 's/^## \([^ ]*\).*/\1/p' CHANGELOG.md | head -n 1)" = "$(cat VERSION)" ] ||
	complain "CHANGELOG.md: another version than VERSION"

exit $status
