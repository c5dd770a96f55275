# SPDX-License-Identifier: GPL-2.0-only
# A few words to test the command line with. A case is one call of `check`:
#
#   [stdout=FILE] check NAME EXIT [out=REGEX] [err=REGEX] [no=REGEX] [errlines=N] -- ARG...
#
# runs $NESTPROF ARG... in an empty folder, without a terminal or stdin, and
# wants that exit code (or one of several: 0,20), stdout and stderr that match
# (grep -E, line by line), nothing of either that matches `no`, so many lines
# on stderr, and the folder still empty. With `stdout` its standard output goes there.
passed=0
failed=0
work=$(mktemp -d "${TMPDIR:-/tmp}/nestprof-cli-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

complaint() {
	complaints="$complaints
    $*"
}

check_code() { # want got
	case ",$1," in
	*",$2,"*) ;;
	*) complaint "exit code $2, not $1" ;;
	esac
}

check_wish() { # wish
	value=${1#*=}
	case "$1" in
	out=*) grep -qE -- "$value" "$work/out" || complaint "stdout has no '$value'" ;;
	err=*) grep -qE -- "$value" "$work/err" || complaint "stderr has no '$value'" ;;
	no=*) ! grep -E -- "$value" "$work/out" "$work/err" >/dev/null ||
		complaint "there is '$value'" ;;
	errlines=*) n=$(wc -l <"$work/err")
		[ "$n" -eq "$value" ] || complaint "$n lines on stderr, not $value" ;;
	*) complaint "a wish that nobody knows: $1" ;;
	esac
}

run() { # arguments; sets code
	rm -rf "$work/dir"
	mkdir "$work/dir"
	code=0
	(cd "$work/dir" && exec timeout "${patience:-60}" "$NESTPROF" "$@") \
		</dev/null >"${stdout:-$work/out}" 2>"$work/err" || code=$?
}

check() {
	name=$1 want=$2 wishes=
	complaints=
	shift 2
	while [ "$1" != "--" ]; do
		wishes="$wishes$1
"
		shift
	done
	shift
	run "$@"
	check_code "$want" "$code"
	while IFS= read -r wish; do
		[ -z "$wish" ] || check_wish "$wish"
	done <<-EOF
	$wishes
	EOF
	[ -z "$(ls -A "$work/dir")" ] || complaint "left behind: $(ls -A "$work/dir")"
	verdict "$name"
}

verdict() { # name
	if [ -z "$complaints" ]; then
		passed=$((passed + 1))
		echo "ok      $1"
	else
		failed=$((failed + 1))
		echo "FAILED  $1$complaints"
		sed 's/^/    | /' "$work/out" "$work/err" | head -n 20
	fi
}

# The case itself must fail, in this way: proof that `check` can.
check_fails() { # complaint, then a case
	reason=$1 before=$passed
	shift
	said=$(check "$@"; [ "$passed" -eq "$before" ] && echo "counted as failed")
	complaints=
	case $said in
	*"$reason"*"counted as failed"*) ;;
	*) complaint "the harness let it pass" ;;
	esac
	verdict "harness: $1"
}

summary() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
