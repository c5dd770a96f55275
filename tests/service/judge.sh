#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: service_judge.sh FOLDER: the unit ran, served, with two capabilities and no more, and ended.
set -uo pipefail
cd "$1" || exit 1
failed=0

has() { # name, pattern, file
	if grep -qE "$2" "$3"; then
		echo "ok      $1"
	else
		echo "FAILED  $1: no '$2' in $3"
		sed 's/^/    | /' "$3" | tail -n 20
		failed=1
	fi
}

has "systemd takes it for started" '^ActiveState=active' started
has "it was started once" '^NRestarts=0' started
has "a user of its own" '^Uid:[[:space:]]6[0-9]{4}[[:space:]]' process
# CAP_PERFMON is 38, CAP_BPF 39.
has "two capabilities" '^CapEff:[[:space:]]000000c000000000$' process
has "... and never more" '^CapBnd:[[:space:]]000000c000000000$' process
has "no new privileges" '^NoNewPrivs:[[:space:]]1' process
has "a filter of system calls" '^Seccomp:[[:space:]]2' process
[ ! -e files ] || has "hooks in the kernel" 'bpf_link|bpf-raw|perf_event' files
has "it serves" '^nestprof_build_info\{.*\} 1$' metrics
has "it is ended" '^ActiveState=inactive' stopped
has "... without an error" '^Result=success' stopped
if [ -e idle ]; then
	echo "FAILED  it was stopped beside a busy L1: $(cat idle)"
	failed=1
fi
grep VmHWM process
exit $failed
