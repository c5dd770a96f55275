# SPDX-License-Identifier: GPL-2.0-only
# fields: its command line, and what it says of files that are no kallsyms.
check "fields --help" 0 out='^Usage: nestprof fields' out='--kallsyms=FILE' out='--vm=NAME' \
	no='--counts-only' errlines=0 -- fields --help
check "fields: unknown option" 2 err='--frobnicate' -- fields --frobnicate
check "fields: two targets" 2 err='exclude each other' -- fields -a -p 1
check "fields: two formats" 2 err='exclude each other' -- fields --json --folded
check "fields: unknown division" 2 err="'vm' is none of field, site and reason" -- fields --by vm
check "fields: --min-share x" 2 err='--min-share: ' -- fields --min-share x
check "fields: -d 0" 2 err='-d: ' -- fields -d 0
check "fields: -I 0" 2 err='-I: ' -- fields -I 0
check "fields: -I and --folded" 2 err='-I and --folded exclude each other' -- fields -I 1 --folded
check "fields: -I of a recording" 2 err='not for a recording' -- fields -I 1 -
check "ab --fields takes no argument" 2 -- ab --fields=1

if [ "$(id -u)" -eq 0 ]; then
	check "fields: no such kallsyms" 7 err='cannot read /no/such' errlines=1 -- \
		fields --kallsyms /no/such -d 0.1
	check "fields: no kallsyms" 7 err='/etc/passwd is no copy' errlines=1 -- \
		fields --kallsyms /etc/passwd -d 0.1
	printf '0000000000000000 T _stext\n' >"$work/hidden"
	check "fields: a kallsyms without addresses" 7 err='as root' errlines=1 -- \
		fields --kallsyms "$work/hidden" -d 0.1
fi

# A host that has all it takes counts for a moment.
check "fields -d 0.1" 0,5,6 no='core dumped' -- fields -d 0.1
check "fields -I 0.1 -d 0.3" 0,5,6 no='core dumped' -- fields -I 0.1 -d 0.3 --csv
