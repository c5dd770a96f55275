# SPDX-License-Identifier: GPL-2.0-only
# All the ways out; and where there is no way in.
by_key() { keys "$@"; }
by_signal() { kill "-$1" "$(top_pid)"; }

way_out() { # name, code, arguments, function with arguments
	complaints=
	name=$1 code=$2
	start_top "$3"
	see 'L0 exits/s'
	shift 3
	"$@"
	ends_with "$code"
	verdict "ends: $name"
}

open_shell 80 24
way_out "q" 0 "" by_key q
way_out "Ctrl-C" 0 "" by_key C-c
way_out "Ctrl-C before its time" 130 "-d 100" by_key C-c
way_out "Ctrl-\\" 0 "" by_key 'C-\'
way_out "SIGTERM" 0 "" by_signal TERM
way_out "SIGHUP" 0 "" by_signal HUP
way_out "its time is over" 0 "-d 1" true
way_out "an error" 1 "error" true
see 'the script says so'
verdict "ends: an error is said"

complaints=
start_top ended
see 'The virtual machine has ended' PAUSED '^web +6,026'
keys Down
see 'q end'
keys q
ends_with 0
verdict "ends: the virtual machine"

complaints=
start_top ""
see 'L0 exits/s'
keys C-z
see 'Stopped'
rm -f "$work/stopped"
keys 'stty -g >stopped' Enter
until_true test -s "$work/stopped" || complaint "no shell after Ctrl-Z"
terminal_is_restored stopped
size 100 20
keys 'clear; fg' Enter
see 'L0 exits/s 9,062 .*CPU' 'q end$'
[ "$(wc -l <"$work/screen")" -eq 20 ] && tail -n 1 "$work/screen" | grep -q 'q end' ||
	complaint "the last line is not where it should be after a resize"
keys 3
see '^CPUID'
size 80 24
keys q
until_true shows "$prompt" || complaint "it does not end"
rm -f "$work/after" # the shell went on to write it when top was stopped
keys 'stty -g >after' Enter
until_true test -s "$work/after" || complaint "no shell"
terminal_is_restored after
verdict "Ctrl-Z and back"

complaints=
start_top ""
see 'L0 exits/s'
pid=$(top_pid)
kill -STOP "$pid"
see Stopped
keys 'fg' C-j # the terminal is as top had it: no Enter
see '^L0 exits/s' 'q end$'
keys q
see "$prompt"
verdict "SIGSTOP and back"

gone() { ! kill -0 "$1" 2>/dev/null; }
complaints=
start_top ""
see 'L0 exits/s'
pid=$(top_pid)
[ "$(cat "/proc/$pid/comm")" = scripted ] || complaint "that is not top's process"
kill -KILL "$(tm display-message -p '#{pid}')"
until_true gone "$pid" || complaint "it lives on without a terminal"
verdict "ends: the terminal is closed"

complaints=
open_shell 80 24
refused() { # name, what is said, arguments, what is before
	complaints=
	start_top "$3" "$4"
	see "$2"
	ends_with 13
	verdict "refused: $1"
}
refused "a terminal of unknown type" "type 'foo' is unknown" "" "TERM=foo"
refused "a terminal of no type" "TERM is not set" "" "TERM="
refused "a terminal without a cursor" "'dumb'.*cannot be drawn on" "" "TERM=dumb"
refused "a pipe to read from" "standard input is no terminal" "" "true |"
size 30 24
refused "too few columns" "has 30" "" ""
size 80 6
refused "too few lines" "and 6 lines" "" ""
check "refused: no terminal at all" 13 err='is no terminal' errlines=1 --
