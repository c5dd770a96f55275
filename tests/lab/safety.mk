# SPDX-License-Identifier: GPL-2.0-only
# ab leaves the host as it was: killed, interrupted, refused, with a bad L1.
.PHONY: check-safety
check-lab: check-safety
check-safety: all
	rm -rf $(B)/safety
	mkdir -p $(B)/safety
	cat tests/lab/host.sh tests/lab/host_safety.sh >$(B)/safety/command
	$(B)/nestprof lab --l0-command $(B)/safety/command --arms shadow-off --watchdog 900 -o $(B)/safety/out; \
		code=$$?; find $(B)/safety/out -name report.txt -exec cat {} +; exit $$code
