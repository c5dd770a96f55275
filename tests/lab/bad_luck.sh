#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: tests/lab/bad_luck.sh build/nestprof [intel|amd]
# What befalls the lab: each gives one line and its own exit code, and leaves
# no process, run folder, lock or half a result behind. Wants a cached image.
set -u
NESTPROF=$(realpath "$1")
cd "$(dirname "$(realpath "$0")")/../.." || exit 1
. tests/cli/engine.sh
patience=900 # seconds: L0 boots within, also on a busy machine
# A cache of its own, with hard links to the real one's files: other runs of the lab are
# neither killed nor taken for what was left behind.
real=${NESTPROF_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nestprof}
cache=$(mktemp -d "$real-XXXXXX") || exit 1
trap 'rm -rf "$work" "$cache"' EXIT
cp -al "$real"/images "$real"/kernels "$real"/current-* "$real"/kernel-* "$cache" || exit 1
export NESTPROF_CACHE=$cache
cpu=${2:-intel}
short="--cpu $cpu --arms single --workloads cpuid --repetitions 1 --no-charts"
case $cpu in
intel) emulator=Bochs gone=7 moments="0 2 12" kernel=kernel.bin unknown='Bochs says .*cpu' ;;
amd) emulator=QEMU gone=9 moments="0 1 3" kernel=vmlinux.cpio unknown="QEMU says .*'nosuch'" ;;
esac

# Folders have the number of the process whose they are: those of another one that runs, which
# is somebody's who uses the same cache, are none of ours.
left_behind() { # cache
	local left=
	for folder in "$1"/run-* "$1"/build-*; do
		[ -d "$folder" ] || continue
		[ "${folder##*-}" != "$lab" ] && kill -0 "${folder##*-}" 2>/dev/null && continue
		left="$left $folder"
	done
	[ -z "$left" ] || complaint "left behind:$left"
	[ -z "$(emulator_pids "$1")" ] || complaint "an emulator still runs"
}

# An emulator runs in the folder of its machine, below that of the lab's process.
emulator_pids() { # cache
	local p
	for p in /proc/[0-9]*; do
		case $(readlink "$p/cwd" 2>/dev/null) in
		"$1/run-$lab"/*) basename "$p" ;;
		esac
	done
}
lab=none

# Starts the lab, waits until the emulator runs and a little more, does something.
# The lab is exec'ed, so that a signal reaches it and not a shell before it.
during() { # seconds, function
	complaints=
	rm -rf "$work/dir"; mkdir "$work/dir"
	# shellcheck disable=SC2086 # a list of words
	(cd "$work/dir" && trap - INT && exec "$NESTPROF" lab $short) </dev/null >"$work/out" 2>"$work/err" &
	lab=$!
	local tries=0
	until [ -n "$(emulator_pids "$cache")" ] || [ $tries -ge 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	sleep "$1"
	"$2"
	code=0
	wait "$lab" || code=$?
}

interrupt() { kill -INT "$lab"; }
kill_emulator() { emulator_pids "$cache" | xargs -r kill -KILL; }
kill_nestprof() { kill -KILL "$lab"; }

expect() { # name, exit code, a pattern on stderr
	check_code "$2" "$code"
	[ -z "$3" ] || check_wish "err=$3"
	left_behind "$cache"
	[ -z "$(ls -A "$work/dir")" ] || complaint "left behind: $(ls -A "$work/dir")"
	verdict "$1"
	complaints=
}
complaints=

# The harness can fail: a run folder that nobody owns any more is seen.
mkdir -p "$cache/run-0-test"
left_behind "$cache"
rmdir "$cache/run-0-test"
case $complaints in *run-0-test*) complaints= ;; *) complaint "a folder left behind is not seen" ;; esac
verdict "harness: a folder left behind is seen"
complaints=

# shellcheck disable=SC2086
check "a silent machine is given up" 9 'err=hung: it said nothing' -- lab $short --watchdog 1
# shellcheck disable=SC2086
check "a CPU that $emulator does not know" 9 "err=$unknown" -- lab $short --cpu-model nosuch
# shellcheck disable=SC2086
[ "$cpu" = amd ] || check "a CPU without VMX: L0's own words and code" 3 'err=in its L0: ' -- lab $short --cpu-model core2_penryn_t9600

for after in $moments; do
	during $after interrupt
	expect "Ctrl-C $after s after $emulator started" 130 'interrupted'
done
during 2 kill_emulator
expect "a $emulator that dies" 9 'ended without results'

during 2 kill_nestprof
sleep 1
check_code 137 "$code"
[ -z "$(emulator_pids "$cache")" ] || complaint "$emulator outlived a killed nestprof"
verdict "SIGKILL of nestprof: $emulator goes with it"
complaints=
# shellcheck disable=SC2086
check "the next run removes what the killed one left" 9 -- lab $short --watchdog 1
left_behind "$cache"
verdict "... its folder and its lock"
complaints=

# ... and one of which something is broken.
broken() { # name, exit code, pattern; the function break_it does the harm
	local copy=$work/cache
	rm -rf "$copy"; cp -al "$cache" "$copy" 2>/dev/null || cp -a "$cache" "$copy"
	break_it
	# shellcheck disable=SC2086
	NESTPROF_CACHE=$copy check "$1" "$2" "err=$3" -- lab $short --watchdog 60
	left_behind "$copy"
	rm -rf "$copy"
}
break_it() { find "$copy" -name $kernel -delete; }
broken "an image whose kernel is gone" "$gone" $kernel
break_it() {
	find "$copy" -name base.cpio | while read -r f; do
		head -c 1000000 "$f" >"$f.cut" && mv "$f.cut" "$f"
	done
}
broken "an L0 that panics: the end of its console" 9 'panicked.*Kernel panic'

if [ "$(id -u)" -eq 0 ] && small=$(mktemp -d) && mount -t tmpfs -o size=20m tmpfs "$small"; then
	# shellcheck disable=SC2086
	NESTPROF_CACHE=$small check "a full disk" 8 'err=MiB free' -- lab $short
	umount "$small" && rmdir "$small"
else
	echo "skipped a full disk: it takes root"
fi
summary
