# SPDX-License-Identifier: GPL-2.0-only
# record and report: their command lines, and files that are no recordings.
check "record --help" 0 out='^Usage: nestprof record' out='--buffer=MIB' errlines=0 -- record --help
check "record: unknown option" 2 err='--frobnicate' -- record --frobnicate
check "record: two targets" 2 err='exclude each other' -- record -a -p 1
check "record: an interval" 2 err="-I is an option of 'nestprof report'" -- record -I 1
for n in x '' 0 7 4097 -1 99999999999999999999; do
	check "record: --buffer '$n'" 2 err='--buffer: ' -- record --buffer "$n"
done
check "record -d 0.1" 0,5,6 no='core dumped' -- \
	record -d 0.1 -o /dev/null

check "report --help" 0 out='^Usage: nestprof report' out='--min-share' errlines=0 -- report --help
check "report: unknown option" 2 err='--frobnicate' -- report --frobnicate
check "report: two files" 2 err='one FILE only' -- report a b
check "report: no file" 7 err='nestprof.rec: No such file' errlines=1 -- report
check "report: a folder" 7 err='Is a directory' errlines=1 -- report .
check "report: an empty file" 7 err='is no recording' errlines=1 -- report /dev/null
check "report: standard input that is empty" 7 err='standard input is no recording' errlines=1 -- report -
check "report: endless zeros" 7 err='is no recording' errlines=1 -- report /dev/zero
check "report: a program" 7 err='is no recording' errlines=1 -- report "$NESTPROF"

# Pages of HTML; results are reported, too.
data=$(dirname "$0")/data
data=$(realpath "$data")
check "report: a result" 0 out='no comparison for cpuid' out='Measured on' -- report "$data"
check "report --html: a result" 0 out='^<!DOCTYPE html>' out='class="verdict"' out='^</html>' -- \
	report --html "$data/result.json"
check "report --html: no file" 7 err='No such file' errlines=1 -- report --html
check "report --html: no result" 7 err='is no recording' errlines=1 -- report --html /etc/passwd
check "report --html: with an interval" 2 err='--html excludes' -- report --html -I 1
check "report --html: with JSON" 2 err='--html excludes' -- report --html --json
