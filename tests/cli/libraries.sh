#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: tests/cli/libraries.sh build
# The lab's L0 has every library that nestprof needs: else nothing of it starts there.
set -u
needed=$(readelf -d "$1/nestprof" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
failed=0
for library in $needed; do
	case $library in libc.so.6 | libm.so.6) continue ;; esac
	grep -q "\"$library\"" collector/lab/recipe.c && continue
	echo "FAILED  $library is needed by nestprof, and not in collector/lab/recipe.c"
	failed=1
done
[ -n "$needed" ] || { echo "FAILED  no libraries are told by readelf"; failed=1; }
exit $failed
