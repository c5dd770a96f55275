#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: here.sh ROOT RECORDING OUT     (as root)
# systemd, in namespaces and a cgroup of its own, starts nestprof-exporter.service as it is, and
# stops it. With a RECORDING its options say to serve that, for this machine's KVM may have
# nothing to count. What was seen is left in OUT.
set -euo pipefail
mkdir -p "$3"
root=$(realpath "$1") recording=$2 out=$(realpath "$3")

remove_group() {
	for _ in $(seq 50); do
		find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break
		sleep 0.1
	done
}

case ${STAGE:-} in
'')
	cgroups=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
	group=${cgroups:?no cgroup2 is mounted}/nestprof-check-$$
	mkdir "$group"
	trap remove_group EXIT
	trap 'exit 130' INT TERM
	STAGE=$group unshare --mount --net --ipc --uts --fork --kill-child "$0" "$@"
	exit
	;;
/*)
	echo $$ >"$STAGE/cgroup.procs"
	STAGE=in exec unshare --cgroup "$0" "$@"
	;;
esac

ctl() {
	timeout 30 nsenter --target "$systemd" --pid --mount --root /usr/bin/systemctl "$@" nestprof-exporter
}

# 20 s is forever.
wait_for() { # command
	for _ in $(seq 200); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
}

exporter() { # its PID
	pgrep --ns "$systemd" --nslist pid -x nestprof-export
}

serves() {
	curl -s --max-time 5 -o "$out/metrics" http://127.0.0.1:9743/metrics
}

ip link set lo up
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/etc/default"
: >"$root/etc/default/nestprof-exporter"
if [ -n "$recording" ]; then
	cp "$recording" "$root/usr/recording"
	echo 'NESTPROF_EXPORT_OPTIONS="--recording /usr/recording"' >"$root/etc/default/nestprof-exporter"
fi
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=check chroot "$root" /usr/bin/unshare \
	--pid --fork --kill-child --mount --mount-proc /lib/systemd/systemd --show-status=no &
unshare=$!
trap 'exec 2>/dev/null; kill -KILL $unshare; wait' EXIT
wait_for pgrep -P $unshare
systemd=$(pgrep -P $unshare)
wait_for serves
pid=$(exporter)
cp "/proc/$pid/status" "$out/process"
[ -n "$recording" ] || ls -l "/proc/$pid/fd" >"$out/files"
ctl show -p ActiveState -p Result -p NRestarts >"$out/started"
ctl stop || echo "it did not stop in 30 s" >&2
ctl show -p ActiveState -p Result >"$out/stopped"
