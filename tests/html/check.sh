#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage: tests/html/check.sh FOLDER
# Each FOLDER/*.html in headless Chromium: light, dark, as narrow as a phone, printed, without
# scripts. Screenshots stay in the folder, to be looked at.
set -uo pipefail
folder=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d "${TMPDIR:-/tmp}/nestprof-html-XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
	echo "FAILED  $*"
	failed=1
}

browse() {
	timeout 120 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--user-data-dir="$work/profile" --enable-logging=stderr --log-level=1 "$@" 2>"$work/log"
	if grep -a 'CONSOLE' "$work/log" | grep -av "Content Security Policy.*report-only"; then
		complain "$*: the console has messages"
	fi
}

# The page with the check in it, before anything else runs.
with_check() {
	awk -v script="$here/check.js" '
		{ print }
		/http-equiv="Content-Security-Policy"/ {
			print "<script>"
			while ((getline line < script) > 0) print line
			print "</script>"
		}' "$1"
}

look() { # page, what, chromium's options
	local page=$1 what=$2 name said
	shift 2
	name=$(basename "$page" .html)
	browse "$@" --dump-dom "file://$work/checked.html" >"$work/dom"
	said=$(sed -n '/<pre id="found">/,/<\/pre>/p' "$work/dom" | sed 's/<[^>]*>//g')
	case $said in
	*FAILED* | '') complain "$name, $what: ${said:-the check did not run}" ;;
	*) echo "ok      $name, $what:${said//$'\n'/ }" ;;
	esac
	browse "$@" --screenshot="$folder/$name-$what.png" "file://$page" >/dev/null
	[ -s "$folder/$name-$what.png" ] || complain "$name, $what: no screenshot"
}

# A policy that allows none: --dump-dom does not work with scripts off.
without_scripts() {
	local rows
	rows=$(grep -o '<tr>' "$1" | wc -l)
	sed "s/script-src 'unsafe-inline'/script-src 'none'/" "$1" >"$work/checked.html"
	timeout 120 chromium --headless=new --no-sandbox --disable-gpu --user-data-dir="$work/profile" \
		--dump-dom "file://$work/checked.html" >"$work/dom" 2>/dev/null
	[ "$(grep -o '<tr>' "$work/dom" | wc -l)" -eq "$rows" ] && ! grep -q '<button' "$work/dom" ||
		complain "$(basename "$1"): another page without scripts"
}

one_page() {
	local page=$1 bytes
	bytes=$(stat -c %s "$page")
	[ "$bytes" -le 2097152 ] || complain "$page: $bytes bytes, more than 2 MiB"
	tidy -q -e --drop-empty-elements no "$page" >"$work/tidy" 2>&1 || {
		complain "$page: tidy complains"
		cat "$work/tidy"
	}
	with_check "$page" >"$work/checked.html"
	look "$page" light --window-size=1200,2400
	# Those of the unit tests are about what is in them, not about how they look.
	case $page in */fields.html | */recording.html | */turtles.html) ;; *) return 0 ;; esac
	look "$page" dark --window-size=1200,2400 --blink-settings=preferredColorScheme=0
	look "$page" narrow --window-size=500,1600
	browse --print-to-pdf="$folder/$(basename "$page" .html).pdf" --no-pdf-header-footer \
		"file://$page" >/dev/null
	without_scripts "$page"
}

# The check must find what is wrong with a page that has all of it.
cat >"$work/bad.html" <<'BAD'
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>bad</title></head><body><p id="a" style="color:#999">faint</p><p id="a" style="width:3000px">wide</p>
<img src="http://localhost/x.png" alt=""><table class="sorts"><thead><tr><th>x</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>
<script>nothing.there();</script></body></html>
BAD
with_check "$work/bad.html" >"$work/checked.html"
browse --dump-dom --window-size=1200,1600 "file://$work/checked.html" >"$work/dom" 2>/dev/null >"$work/said"
for wrong in 'contrast 2' 'id is there twice' 'fetches' 'wider than' 'no button' 'error: '; do
	grep -q "FAILED.*$wrong" "$work/dom" "$work/said" || complain "the check does not find: $wrong"
done
[ "$failed" -eq 1 ] && grep -qa CONSOLE "$work/log" && failed=0 # the console's, as it must

for page in "$folder"/*.html; do
	one_page "$page"
done
exit $failed
