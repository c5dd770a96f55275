#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: packaging/check-deb.sh NESTPROF.deb NESTPROF-EXPORTER.deb     (as root)
# Installs the package on a fresh Debian 12 (debootstrap), runs it from there,
# and removes it again. The mirror is this machine's own.
set -euo pipefail
deb=$(realpath "$1")
exporter=$(realpath "$2")
root=$(mktemp -d /var/tmp/nestprof-deb-XXXXXX)
chmod 755 "$root"

clean_up() {
	for m in dev/pts dev proc sys; do
		mountpoint -q "$root/$m" && umount "$root/$m"
	done
	rm -rf --one-file-system "$root"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

inside() {
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"
}

# Exit code, wanted on stdout, command.
expect() {
	local codes=$1 wish=$2 code=0
	shift 2
	inside "$@" >"$root/tmp/out" 2>&1 || code=$?
	if [[ ",$codes," != *",$code,"* ]] || ! grep -qE "$wish" "$root/tmp/out"; then
		echo "FAILED  $*: exit code $code, not $codes, or no '$wish'" >&2
		sed 's/^/    | /' "$root/tmp/out" >&2
		exit 1
	fi
	echo "ok      $*"
}

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' |
	head -n 1)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
debootstrap --variant=minbase --keyring="$keyring" bookworm "$root" "${mirror:?no source of bookworm}" \
	>"$root.log" 2>&1 || { tail -n 20 "$root.log" >&2; exit 1; }
rm -f "$root.log"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
cp "$deb" "$root/tmp/nestprof.deb"
cp "$exporter" "$root/tmp/exporter.deb"
[ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$root/etc/resolv.conf"
# How this machine reaches its mirror.
for f in /etc/apt/apt.conf /etc/apt/apt.conf.d/*prox*; do
	[ ! -e "$f" ] || cp -L "$f" "$root/etc/apt/apt.conf.d/"
done
inside apt-get -q update >/dev/null
expect 0 'Setting up nestprof' apt-get -q install -y --no-install-recommends /tmp/nestprof.deb
expect 0 '^nestprof [0-9.]+$' nestprof --version
expect 0,20,21,22 '^lab: can' nestprof doctor
expect 0 'Usage: nestprof ab' nestprof ab --help
expect 2 "unknown command 'frobnicate'" nestprof frobnicate
expect 0 '/runner' ls /usr/lib/nestprof/runner /usr/share/nestprof/plots/common.gp
expect 7 'nestprof-exporter: No such file.*package nestprof-exporter' nestprof export
expect 0 'Setting up nestprof-exporter' apt-get -q install -y --no-install-recommends /tmp/exporter.deb
expect 5,6 '^nestprof: ' nestprof export
expect 2 'go together' nestprof export --tls-key /none
if [[ -n ${NESTPROF_DEB_LAB:-} ]]; then # some minutes more
	inside apt-get -q install -y --no-install-recommends gnuplot-nox fonts-dejavu-core >/dev/null
	expect 0 'shadow VMCS removes' nestprof lab --workloads cpuid --repetitions 1 -o /tmp/results
	expect 0 'report.html' ls /tmp/results/latest
	expect 0 '</svg>' cat /tmp/results/latest/report.html
fi
expect 0 'Removing nestprof' apt-get -q purge -y nestprof nestprof-exporter
[ ! -e "$root/usr/lib/nestprof" ] && [ ! -e "$root/usr/share/nestprof" ] || {
	echo "FAILED  purge leaves something behind" >&2
	exit 1
}
