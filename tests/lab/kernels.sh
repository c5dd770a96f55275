#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# kernels.sh NESTPROF DIR [RUN...]: runs the lab with each kernel as L0 and as
# L1, a folder below DIR each: what it measured, or (log) why it did not. Only
# these runs, when some are named: 3 is sid as L0.
set -eu
nestprof=$1
dir=$2
shift 2
wanted=" ${*:-1 2 3 4 5 6 7} "

run() {
	case $wanted in *" $1 "*) ;; *) return 0 ;; esac
	out=$dir/$1
	rm -rf "$out"
	mkdir -p "$out"
	echo "== L0 $2, L1 $3" >&2
	echo "$2 $3" >"$out/kernels"
	"$nestprof" lab --l0-kernel "$2" --l1-kernel "$3" --verify --repetitions 1 \
		--no-charts -o "$out" >"$out/report" 2>"$out/log" || tail -n 1 "$out/log" >&2
}

run 1 bookworm bookworm
run 2 bookworm-backports bookworm
run 3 sid bookworm
run 4 bullseye bookworm
run 5 bookworm bullseye
run 6 bookworm bookworm-backports
run 7 bookworm sid
