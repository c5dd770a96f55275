#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Installs the packages of packages.list that are missing (as root), or says
# which they are. Quick and silent when all are there.
set -eu
cd "$(dirname "$0")"

if ! command -v dpkg-query >/dev/null; then
	echo "setup: no dpkg here; going on as if all of packages.list were installed" >&2
	exit 0
fi

wanted=$(sed 's/#.*//' packages.list | awk 'NF { print $1 }')
have=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | tr '\n' ' ')"
missing=
for p in $wanted; do
	case $have in *" $p "*) ;; *) missing="$missing $p" ;; esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "setup: packages are missing; as root, run:" >&2
	echo "  apt-get update && apt-get install --no-install-recommends$missing" >&2
	exit 1
fi

echo "setup: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
# shellcheck disable=SC2086 # a list of words
apt-get -q install -y --no-install-recommends $missing
