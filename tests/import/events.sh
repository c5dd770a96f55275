# SPDX-License-Identifier: GPL-2.0-only
# What nestprof reads of a trace and what others read of it, as lines of the same form: to be
# sourced. $build is where nestprof is; $perf is how perf is called.
failed=0

fails() {
	echo "not ok - $1" >&2
	failed=1
}

# Ours are in the order of their times; among equal times, either's order will do.
same_events() {
	sort -c -s -n -k 1,1 "$2" 2>order || fails "$1: in the order of times: $(cat order)"
	sort "$2" >"$2.sorted"
	sort "$3" >"$3.sorted"
	same "$1" "$2.sorted" "$3.sorted"
}

# The same text, and some of it at all.
same() {
	if [ -s "$2" ] && cmp -s "$2" "$3"; then
		echo "ok - $1 ($(wc -l <"$2") lines)"
	else
		fails "$1"
		diff "$2" "$3" | head -n 6 >&2
	fi
}

# time event reason rip, of what came from the trace
ours() {
	"$build/nestprof" convert -t csv "$@" 2>notes | awk -F, 'NR > 1 && $10 == "" {
		printf "%d.%09d %s %s %s\n", substr($1, 1, length($1) - 9),
			substr($1, length($1) - 8), $6, $8, $9 }'
}

# The same of what others print: the event is field $2, what it says comes after it. A probe
# stands in for kvm_nested_vmrun, as kernels before 6.0 call it: nested_rip=1.
theirs() {
	awk '{
		time = $1; sub(/:$/, "", time)
		event = $2; sub(/^kvm:/, "", event); sub(/:$/, "", event)
		sub(/^kvm_nested_vmrun$/, "kvm_nested_vmenter", event)
		reason = rip = ""
		for (i = 3; i <= NF; i++) {
			if ($i ~ /^reason:?$/) reason = $(i + 1)
			if ($i == (event == "kvm_nested_vmenter" ? "nested_rip:" : "rip")) rip = $(i + 1)
			if ($i ~ /^nested_rip=/) rip = sprintf("0x%x", substr($i, 12))
		}
		sub(/^0x0+/, "0x", rip); sub(/,$/, "", rip)
		if (rip == "0x") rip = ""
		if (event ~ /^kvm_(exit|entry|nested_vmexit|nested_vmexit_inject|nested_vmenter)$/)
			print time, event, reason, rip
	}'
}

of_perf() {
	$perf script --ns -F time,event,trace "$@" 2>/dev/null | theirs
}

# Lines of trace-cmd's report begin with a command, which may have blanks, and the CPU; newer
# ones tell the context, too.
of_report() {
	sed -n 's/^.*[^ ] *\[[0-9]*\] *\([^0-9 ][^ ]* *\)\{0,1\}//p' | theirs
}
