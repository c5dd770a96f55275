#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Files that other versions of perf write, beside what these read of them themselves:
# versions.sh BUILD ROOTS SUITE... Each suite is a Debian in the folder ROOTS, made when it is
# not there. No KVM is needed: a probe of a program of ours is called kvm:kvm_nested_vmrun.
set -u
cd "$(dirname "$0")" || exit 1
here=$PWD
case $1 in
/*) build=$1 ;;
*) build=$here/../../$1 ;;
esac
roots=$2
shift 2
times=1000
work=$(mktemp -d) || exit 1
trap 'perf probe -q -d kvm:kvm_nested_vmrun; rm -rf "$work"' EXIT
cd "$work" || exit 1
. "$here/events.sh"

make_root() { # suite
	root=$roots/$1
	[ ! -e "$root/made" ] || return 0
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Codename: bookworm' | head -n 1)
	rm -rf "$root"
	mkdir -p "$root"
	debootstrap --variant=minbase "$1" "$root" "$mirror" >log 2>&1 &&
		chroot "$root" apt-get -q install -y --no-install-recommends linux-perf \
			trace-cmd >log 2>&1 &&
		rm -rf "$root"/usr/lib/*/traceevent && # they do not know all exit reasons
		touch "$root/made" || { tail -n 5 log >&2; return 1; }
}

# In its root, with this machine's tracing, and nothing that stays mounted.
inside() {
	unshare -m sh -c 'mount --rbind /proc "$0/proc"; mount --rbind /sys "$0/sys"
		root=$0; exec chroot "$root" "$@"' "$root" "$@"
}

# What it recorded of a known number of events, in order.
check() { # name file
	ours "$2" >ours
	of_perf -i "/tmp/${2##*/}" >theirs
	[ "$(wc -l <ours)" = $((3 * times)) ] || fails "$1: $(wc -l <ours) events"
	same_events "$1: as its perf script" ours theirs
}

check_suite() { # suite
	make_root "$1" || { fails "$1: no root"; return; }
	perf="inside $(basename "$(ls "$root"/usr/bin/perf_* "$root"/usr/bin/perf 2>/dev/null |
		head -n 1)")"
	name="$1, $($perf --version 2>/dev/null)"
	record="record -q -B -e kvm:kvm_nested_vmrun -e kvm:kvm_exit"
	cp "$build/tests/ticks" "$root/tmp/ticks"
	perf probe -q -x "$root/tmp/ticks" -a 'kvm:kvm_nested_vmrun=tick nested_rip=%di:u64' || {
		fails "$name: the probe"
		return
	}
	$perf $record -o /tmp/file.data -- /tmp/ticks $times >log 2>&1 || fails "$name: $(cat log)"
	check "$name: file" "$root/tmp/file.data"
	$perf $record -a -o /tmp/all.data -- /tmp/ticks $times >log 2>&1 || fails "$name: $(cat log)"
	check "$name: all CPUs" "$root/tmp/all.data"
	if $perf $record -z -o /tmp/z.data -- /tmp/ticks $times >log 2>&1; then
		check "$name: -z" "$root/tmp/z.data"
	else
		echo "skipped - $name: -z: $(head -n 1 log)"
	fi
	$perf $record -o - -- /tmp/ticks $times 2>log >"$root/tmp/pipe.data"
	ours - <"$root/tmp/pipe.data" >ours
	[ "$(wc -l <ours)" = $((3 * times)) ] || fails "$name: a pipe: $(wc -l <ours) events"
	cat "$root/tmp/pipe.data" | $perf script --ns -F time,event,trace -i - 2>/dev/null |
		theirs >theirs
	same_events "$name: a pipe: as its perf script" ours theirs
	check_trace_cmd "$1"
	perf probe -q -d kvm:kvm_nested_vmrun
	check_rewritten
}

# A real trace, as its trace-cmd splits it off, and joined with a guest's.
check_trace_cmd() {
	trace_cmd="inside trace-cmd"
	tool="$1, $($trace_cmd --version 2>&1 | sed -n "s/^trace-cmd version \\([^ ]*\\).*/trace-cmd \\1/p")"
	gzip -dc "$here/data/nested.dat.gz" >"$root/tmp/in.dat"
	$trace_cmd split -i /tmp/in.dat -o /tmp/split.dat >log 2>&1 || fails "$tool: $(cat log)"
	check_dat "$tool: split" "split.dat*"
	for f in host guest; do
		$trace_cmd convert --file-version 7 -i /tmp/in.dat -o /tmp/$f.dat >log 2>&1
	done
	# It fails, for the host has no tsc2nsec, after it has told the host of its guest.
	$trace_cmd attach /tmp/host.dat /tmp/guest.dat 109 >log 2>&1
	if $trace_cmd dump --options /tmp/host.dat 2>/dev/null | grep -aq "Option GUEST"; then
		check_dat "$tool: a host that tells of a guest" host.dat
	else
		echo "skipped - $tool: attach: $(grep . log | head -n 1)"
	fi
}

check_dat() { # name file
	ours "$root"/tmp/$2 >ours
	$trace_cmd report -N -t "/tmp/$(cd "$root/tmp" && echo $2)" 2>/dev/null | of_report >theirs
	same_events "$1: as its report" ours theirs
}

# A real trace, as that version writes it anew.
check_rewritten() {
	gzip -dc "$here/data/nested.perf.data.gz" >"$root/tmp/in.data"
	if ! $perf inject -i /tmp/in.data -o /tmp/out.data >log 2>&1 || [ ! -s "$root/tmp/out.data" ]; then
		echo "skipped - $name: it does not read files of perf 6.1: $(head -n 1 log)"
		return
	fi
	ours "$root/tmp/out.data" >ours
	of_perf -i /tmp/out.data >theirs
	same_events "$name: a real trace that it wrote anew: as its perf script" ours theirs
}

for suite; do
	check_suite "$suite"
done
exit $failed
