# SPDX-License-Identifier: GPL-2.0-only
# ab killed with SIGKILL at each of its steps: the next nestprof says so, ab --recover
# restores, but not under a VM. And workloads that hang or end their L1: the rest go on.
.PHONY: check-recover
check-lab: check-recover
check-recover: all
	rm -rf $(B)/recover
	mkdir -p $(B)/recover
	cat tests/lab/host.sh tests/lab/host_recover.sh >$(B)/recover/command
	$(B)/nestprof lab --l0-command $(B)/recover/command --arms shadow-off --watchdog 900 -o $(B)/recover/out; \
		code=$$?; find $(B)/recover/out -name report.txt -exec cat {} +; exit $$code
