#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# What host_recover.sh and host_safety.sh begin with: how the host was, and is, and verdicts on it
# in /out/report.txt. $modules are those whose parameters count.
report=/out/report.txt
passed=0
failed=0

params() {
	for m in $modules; do
		[ -d /sys/module/$m ] || echo "$m is not loaded"
		for f in /sys/module/$m/parameters/*; do
			[ -f "$f" ] && echo "$m.${f##*/}=$(cat "$f")"
		done
	done
}

verdict() { # name, then a test that must hold
	name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
		echo "ok      $name" | tee -a $report
	else
		failed=$((failed + 1))
		echo "FAILED  $name: code $code; $(tail -n 1 /tmp/said)" | tee -a $report
	fi
}

same_params() {
	params >/tmp/after
	cmp -s /tmp/before /tmp/after
}

as_before() {
	same_params && [ -z "$(pidof qemu-system-x86_64 runner)" ] &&
		[ ! -e /run/nestprof/ab.journal ] && [ -z "$(ls /var/tmp 2>/dev/null)" ]
}

said() { # exit code, pattern
	[ "$code" -eq "$1" ] && grep -qE "$2" /tmp/said
}

run() {
	code=0
	"$@" >/tmp/said 2>&1 </dev/null || code=$?
}

# The comparison can fail.
begin() {
	mkdir -p /var/tmp
	params >/tmp/before
	echo 4243 >/tmp/after
	verdict "harness: a changed parameter is seen" [ "$(cmp -s /tmp/before /tmp/after || echo seen)" = seen ]
}

end() {
	echo "$passed passed, $failed failed" | tee -a $report
	[ "$failed" -eq 0 ]
}
