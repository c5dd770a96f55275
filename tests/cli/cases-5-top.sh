# SPDX-License-Identifier: GPL-2.0-only
# top: its command line; its screen is tested on a terminal, in tests/top.
check "top --help" 0 out='^Usage: nestprof top' out='--vm=NAME' out='--interval' errlines=0 -- top --help
check "top: unknown option" 2 err='--frobnicate' -- top --frobnicate
check "top: an argument too many" 2 err='^nestprof top' -- top frobnicate
check "top: two targets" 2 err='exclude each other' -- top -a -p 1
check "top: -I 0" 2 err='-I: ' -- top -I 0
check "top: --vcpu x" 2 err='--vcpu: ' -- top --vcpu x
check "top without a terminal" 13 err='is no terminal; .* nestprof stat' errlines=1 -- top
