#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: root.sh BUILD FOLDER [nestprof]: makes FOLDER/root, a root file system with this machine's
# systemd, and nestprof export with its unit as make install puts them. Without the last word the
# command itself is left out, whose libraries are most of it.
set -euo pipefail
build=$1 root=$2/root

# Programs with the libraries that they take.
add() {
	local file
	for file; do
		cp -L --parents "$file" "$root"
		ldd "$file" | grep -oE '/[^ ]+' | xargs -r cp -L --parents -t "$root"
	done
}

rm -rf "$2"
mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{proc,sys,dev,run,tmp,var,etc/systemd}
for dir in bin sbin lib lib64; do
	ln -s "usr/$dir" "$root/$dir"
done
add /lib/systemd/systemd /bin/systemctl /usr/bin/unshare /usr/bin/nsenter
make -s install B="$build" DESTDIR="$2/install" prefix=/usr
for file in usr/lib/nestprof/nestprof-exporter ${3:+usr/bin/nestprof}; do
	install -sDm755 "$2/install/$file" "$root/$file"
	ldd "$2/install/$file" | grep -oE '/[^ ]+' | xargs cp -L --parents -t "$root"
done
install -Dm644 -t "$root/lib/systemd/system" /lib/systemd/system/*.target \
	"$2/install/usr/lib/systemd/system/nestprof-exporter.service"
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s /lib/systemd/system/nestprof-exporter.service "$root/etc/systemd/system/multi-user.target.wants"
ln -sf multi-user.target "$root/lib/systemd/system/default.target"
printf 'root:x:0:0::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' >"$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
echo "ID=debian" >"$root/etc/os-release"
: >"$root/etc/machine-id"
cat >"$root/etc/systemd/system.conf" <<END
[Manager]
LogTarget=kmsg
DefaultStandardOutput=kmsg
DefaultStandardError=kmsg
END
