#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: tests/cli/run.sh build/nestprof
# Drives the real binary; needs neither root nor VMX nor a network.
set -u
NESTPROF=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
. "$here/engine.sh"
for cases in "$here"/cases-*.sh; do
	. "$cases"
done
summary
