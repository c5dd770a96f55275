# SPDX-License-Identifier: GPL-2.0-only
# export: its command line. What it serves: make check-prometheus.
check "export --help" 0 out='^Usage: nestprof export' out='--listen=ADDRESS' errlines=0 -- export --help
check "export: unknown option" 2 err='--frobnicate' -- export --frobnicate
check "export: an argument too many" 2 err='^nestprof' -- export frobnicate
check "export: a certificate without its key" 2 err='go together' -- export --tls-certificate x
for n in x '' 0 -1 4097 99999999999999999999; do
	check "export: --max-vms '$n'" 2 err='--max-vms: ' -- export --max-vms "$n"
done
check "export: --keep that is no number" 2 err='--keep: ' -- export --keep long
check "export: no such address" 2 err='cannot listen on 1.2.3: ' errlines=1 -- export --listen 1.2.3
check "export: a port that is none" 2 err='cannot listen on' errlines=1 -- export --listen 127.0.0.1:65536
check "export: a unix socket without a path" 2 err='cannot listen on' errlines=1 -- export --listen unix:
check "export: a unix socket nowhere" 1 err='No such file' errlines=1 -- export --listen unix:none/socket
check "export: open to other hosts" 2 err='open to other hosts' errlines=1 -- export --listen 0.0.0.0:29743
check "export: a password file that is not there" 7 err='No such file' errlines=1 -- export --auth none
check "export: a recording that is none" 7 err='is no recording' -- \
	export --listen 127.0.0.1:29743 --recording /etc/passwd
