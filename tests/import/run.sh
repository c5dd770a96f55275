#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What nestprof reads of traces, event by event, beside what perf and trace-cmd read of the
# same files: run.sh BUILD
set -u
cd "$(dirname "$0")" || exit 1
here=$PWD
case $1 in
/*) build=$1 ;;
*) build=$here/../../$1 ;;
esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
perf=perf
. "$here/events.sh"

of_trace_cmd() {
	trace-cmd report -N -t "$1" 2>/dev/null | of_report
}

gzip -dc "$here/data/nested.perf.data.gz" >perf.data
gzip -dc "$here/data/nested.dat.gz" >v6.dat
"$build/tests/make_perf" perf.data cpus.data 2 5 file
"$build/tests/make_perf" perf.data zstd.data 2 3 zstd
"$build/tests/make_perf" perf.data pipe.data 1 2 pipe
"$build/tests/make_dat" v6.dat cpus.dat 2 5 1
"$build/tests/make_dat" v6.dat buffers.dat 2 3 3

if command -v perf >/dev/null && perf version >/dev/null 2>&1; then
	for f in perf.data cpus.data zstd.data; do
		ours $f >ours
		of_perf -i $f >theirs
		same_events "$f: as perf script" ours theirs
	done
	ours - <pipe.data >ours
	of_perf -i - <pipe.data >theirs
	same_events "pipe.data: as perf script" ours theirs
	cat pipe.data | ours - >piped
	same "pipe.data: through a pipe" ours piped
else
	echo "skipped - as perf script: there is no perf here"
fi

if command -v trace-cmd >/dev/null; then
	trace-cmd convert --file-version 7 --compression zstd -i v6.dat -o v7-zstd.dat >log 2>&1
	trace-cmd convert --file-version 7 --compression none -i v6.dat -o v7.dat >log 2>&1
	trace-cmd convert --file-version 7 --compression zstd -i cpus.dat -o cpus7.dat >log 2>&1
	trace-cmd convert --file-version 7 --compression zstd -i buffers.dat -o buffers7.dat >log 2>&1
	for f in v6.dat v7.dat v7-zstd.dat cpus.dat cpus7.dat buffers.dat buffers7.dat; do
		ours $f >ours
		of_trace_cmd $f >theirs
		same_events "$f: as trace-cmd report" ours theirs
	done
else
	echo "skipped - as trace-cmd report: there is no trace-cmd here"
fi

# What was converted says the same as what it was converted from.
for f in perf.data cpus.data v6.dat cpus.dat buffers.dat; do
	"$build/nestprof" report --json $f >ours 2>notes
	"$build/nestprof" convert --force -o a.rec $f 2>notes
	"$build/nestprof" report --json a.rec >converted
	same "$f: report of it, and of it converted" ours converted
done

# A vCPU does one thing at a time, and all that the CPU's clock says it did.
for f in cpus.data cpus.dat; do
	"$build/nestprof" convert --to timeline $f 2>notes >timeline
	tr '{' '\n' <timeline | awk -F, '/"ph":"X"/ {
		for (i = 1; i <= NF; i++) {
			split($i, kv, ":"); gsub(/"/, "", kv[1]); value[kv[1]] = kv[2]
		}
		if (value["ts"] + 0 < end[value["tid"]] - 0.0005) wrong++
		end[value["tid"]] = value["ts"] + value["dur"]; n++
	}
	END { exit !(n > 100000 && !wrong) }' && echo "ok - $f: a timeline without overlaps" ||
		fails "$f: a timeline without overlaps"
done

if command -v jq >/dev/null; then
	for f in perf.data buffers.dat; do
		"$build/nestprof" convert --to timeline $f 2>notes >timeline
		jq -e -f "$here/timeline.jq" timeline >log 2>&1 && echo "ok - $f: the timeline's format" ||
			fails "$f: the timeline's format: $(cat log)"
	done
else
	echo "skipped - the timeline's format: there is no jq here"
fi

exit $failed
