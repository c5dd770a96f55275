# SPDX-License-Identifier: GPL-2.0-only
# ab leaves the host as it was: killed, interrupted, refused, with a bad L1.
.PHONY: check-safety
check-lab: check-safety
check-safety: all
	rm -rf $(B)/safety
	$(B)/nestprof lab --l0-command tests/lab/host_safety.sh --arms shadow-off -o $(B)/safety; \
		code=$$?; find $(B)/safety -name safety.txt -exec cat {} +; exit $$code
