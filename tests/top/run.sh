#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Usage: tests/top/run.sh build/tests/scripted
# nestprof top's screen and keys, on a terminal of tmux's, with scripted
# counters; and that the terminal is as before however top ends.
set -u
SCRIPTED=$(realpath "$1")
NESTPROF=$SCRIPTED # for the engine's `check`: without a terminal
. "$(dirname "$(realpath "$0")")/../cli/engine.sh"
export TMUX_TMPDIR="$work" LC_ALL=C.UTF-8 ENV="" SCRIPTED
unset TMUX NO_COLOR LINES COLUMNS
trap 'tm kill-server 2>/dev/null; rm -rf "$work"' EXIT
complaints=
prompt='^[#$] *'

# Each terminal is a server of its own: one that ends is in nobody's way.
servers=0
tm() {
	tmux -L "top$servers" -f /dev/null "$@"
}

# For some seconds: the machine may be busy.
patience=150
until_true() { # command...
	tries=0
	until "$@"; do
		[ $tries -lt $patience ] || return 1
		tries=$((tries + 1))
		sleep 0.1
	done
}

screen() {
	tm capture-pane -p -t top >"$work/screen"
	cp "$work/screen" "$work/out"
}

shows() {
	screen
	grep -qE -- "$1" "$work/screen"
}

hides() {
	screen
	! grep -qE -- "$1" "$work/screen"
}

see() { # regex...
	for wanted; do
		until_true shows "$wanted" || complaint "the screen has no '$wanted'"
	done
}

see_no() { # regex...
	for unwanted; do
		until_true hides "$unwanted" || complaint "the screen has '$unwanted'"
	done
}

keys() {
	tm send-keys -t top "$@"
}

has_size() { # columns lines
	[ "$(stty size <"$(tm display-message -p -t top '#{pane_tty}')")" = "$2 $1" ]
}

size() { # columns lines
	tm resize-window -t top -x "$1" -y "$2"
	until_true has_size "$1" "$2" || complaint "tmux does not resize"
}

# A shell of its own, in a terminal of that size.
open_shell() { # columns lines
	tm kill-server 2>/dev/null
	servers=$((servers + 1))
	: >"$work/err"
	tm -u new-session -d -s top -x "$1" -y "$2" "cd '$work' && exec sh -i"
	see "$prompt"
	keys 'stty -g >before' Enter
	until_true test -s "$work/before" || complaint "no shell"
}

start_top() { # arguments, then what is before it
	rm -f "$work/code" "$work/after"
	keys "clear; ${2:-} \$SCRIPTED $1; echo \$? >code; stty -g >after" Enter
}

top_pid() {
	pane=$(tm display-message -p -t top '#{pane_pid}')
	cat "/proc/$pane/task/$pane/children" | cut -d ' ' -f 1
}

ends_with() { # code
	until_true test -s "$work/after" || complaint "it does not end"
	check_code "$1" "$(cat "$work/code")"
	terminal_is_restored after
}

terminal_is_restored() { # file with stty -g
	cmp -s "$work/before" "$work/$1" || complaint "the terminal's modes are not as before"
	state=$(tm display-message -p -t top '#{alternate_on} #{cursor_flag} #{keypad_cursor_flag}')
	[ "$state" = "0 1 0" ] || complaint "the terminal's screen is not as before: $state"
}

# The harness first: each must be found to fail.
open_shell 80 24
patience=3
see 'surely not there'
see_no "$prompt"
echo x >"$work/after"
terminal_is_restored after
patience=150
case $complaints in
*"has no 's"*"has '$prompt'"*"modes are not"*) complaints= ;;
*) complaint "the harness let it pass" ;;
esac
verdict "harness: what is not there is missed"

for cases in "$(dirname "$(realpath "$0")")"/cases-*.sh; do
	. "$cases"
done
summary
