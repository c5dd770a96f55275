#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: tests/cli/man.sh build COMMAND...
# Each command's --help, manual page and completions tell of the same options,
# and the pages in the same words. That the comparison can fail is tried first.
set -u
build=$1
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/nestprof-man-XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
	echo "FAILED  $*"
	failed=1
}

# "-o, --output=DIR where results go [results]", a line each, from --help.
help_options() {
	awk '
		/^ +-/ && !/^          / { if (line) print line; line = $0; next }
		/^          / && line { line = line " " $0; next }
		{ if (line) print line; line = "" }
		END { if (line) print line }' | squeeze
}

# The same of a page: what comes after .TP in OPTIONS, without roff.
page_options() {
	awk '
		/^\.SH/ { in_options = /OPTIONS/ }
		!in_options { next }
		/^\.TP/ { getline name; getline text; print name " " text }' | plain | squeeze
}

plain() {
	sed 's/\\f[BIR]//g; s/\\(aq/'"'"'/g; s/\\&//g; s/\\-/-/g; s/\\e/\\/g'
}

squeeze() {
	sed 's/  */ /g; s/^ //; s/ $//' | LC_ALL=C sort
}

same() { # name, one file, the other
	diff "$2" "$3" >"$work/diff" || {
		complain "$1"
		sed 's/^/    | /' "$work/diff"
	}
}

names() {
	grep -oE -- '--[a-z0-9-]+' | LC_ALL=C sort -u
}

one_command() {
	c=$1
	"$build/nestprof" "$c" --help >"$work/text"
	help_options <"$work/text" >"$work/help"
	page_options <"$build/man/nestprof-$c.1" >"$work/page"
	[ "$(wc -l <"$work/help")" -ge 2 ] || complain "$c: --help has no options"
	same "$c: --help (<) and the manual page (>)" "$work/help" "$work/page"
	sed -n 's/^-., //; s/^\(--[a-z0-9-]*\).*/\1/p' "$work/help" | names >"$work/names"
	sed -n "/^\t$c)/,/;;/s/^\t\toptions=//p" "$build/completion/nestprof" | names >"$work/bash"
	same "$c: --help (<) and bash completion (>)" "$work/names" "$work/bash"
	sed -n "/^\t$c)/,/;;/p" "$build/completion/_nestprof" | sed 's/\[.*//' | names >"$work/zsh"
	same "$c: --help (<) and zsh completion (>)" "$work/names" "$work/zsh"
	for section in NAME SYNOPSIS DESCRIPTION OPTIONS OUTPUT OVERHEAD 'EXIT STATUS' 'SEE ALSO'; do
		grep -qx "\.SH $section" "$build/man/nestprof-$c.1" ||
			complain "$c: the page has no $section"
	done
	[ "$failed" -ne 0 ] || echo "ok      $c: --help, page and completions agree"
}

# roff's own complaints, where there is a man to ask.
renders() {
	command -v man >/dev/null || return 0
	LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l "$1" 2>&1 >/dev/null |
		grep . && complain "$1: roff complains"
}

# A page with an option less must be noticed.
"$build/nestprof" doctor --help | help_options >"$work/help"
page_options <"$build/man/nestprof-doctor.1" | sed 1d >"$work/page"
diff "$work/help" "$work/page" >/dev/null && complain "the comparison lets everything pass"

for c; do
	one_command "$c"
	renders "$build/man/nestprof-$c.1"
done
renders "$build/man/nestprof.1"
for c in $("$build/nestprof" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
	grep -qx "\.B $c" "$build/man/nestprof.1" || complain "nestprof(1) lacks $c"
	[ -s "$build/man/nestprof-$c.1" ] || complain "no page of $c"
done
bash -n "$build/completion/nestprof" || complain "bash cannot read its completion"
if command -v zsh >/dev/null; then
	zsh -n "$build/completion/_nestprof" || complain "zsh cannot read its completion"
fi
exit $failed
