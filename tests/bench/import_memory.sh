#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The most memory that report takes for files of 1 GiB and more, of one CPU and of 16, and
# of the same compressed: import_memory.sh BUILD
set -eu
build=$1
data=tests/import/data
work=$build/bench-import
trap 'rm -f "$work"/*' EXIT

# What the kernel says of the process when it has nothing left to read.
of() {
	"$build/tests/peak" "$build/nestprof" report "$2" | sed "s|^|$1, $(($(stat -c %s "$2") >> 20)) MiB: |"
	rm "$2"
}

"$build/tests/make_perf" $data/nested.perf.data.gz "$work/f" 430 1 file
of 'perf.data, one CPU' "$work/f"
"$build/tests/make_perf" $data/nested.perf.data.gz "$work/f" 28 16 file
of 'perf.data, 16 CPUs' "$work/f"
"$build/tests/make_perf" $data/nested.perf.data.gz "$work/f" 430 1 zstd
of 'perf.data, 1 GiB compressed' "$work/f"
"$build/tests/make_dat" $data/nested.dat.gz "$work/f" 50 16 1
of 'trace.dat, 16 CPUs' "$work/f"
