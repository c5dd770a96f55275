#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels_doc.sh TOOL DIR DOC: puts the table that TOOL makes of DIR between
# the two marks in DOC.
set -eu
table=$(mktemp)
trap 'rm -f "$table" "$table.doc"' EXIT
"$1" "$2" >"$table"
awk -v table="$table" '
	/^<!-- table -->$/ { print; print ""; while ((getline line < table) > 0) print line; skip = 1 }
	/^<!-- end -->$/ { print ""; skip = 0 }
	!skip || /^<!-- end -->$/ { if (!/^<!-- table -->$/) print }
' "$3" >"$table.doc"
cat "$table.doc" >"$3"
