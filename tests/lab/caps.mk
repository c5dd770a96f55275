# SPDX-License-Identifier: GPL-2.0-only
# stat and record with CAP_BPF and CAP_PERFMON alone, in the lab: they count what root's counts.
# CAPS_LAB: more options for the lab, such as --l0-kernel.
$(B)/tests/with_caps: tests/lab/with_caps.c
	@mkdir -p $(@D)
	$(CC) -std=gnu17 $(WARN) -Os -ffreestanding -fno-stack-protector -fcf-protection=none \
		-fno-asynchronous-unwind-tables -static -nostdlib -s -Wl,--build-id=none \
		-Wl,-z,noseparate-code $< -o $@

.PHONY: check-caps
check-lab: check-caps
check-caps: all $(B)/tests/check_caps $(B)/tests/with_caps
	rm -rf $(B)/caps-check
	mkdir -p $(B)/caps-check
	{ echo '#!/bin/busybox sh'; echo "with_caps=$$(base64 -w0 $(B)/tests/with_caps)"; \
	  cat tests/lab/caps.sh; } >$(B)/caps-check/script
	$(B)/nestprof lab --l1 micro --l0-command $(B)/caps-check/script --arms shadow-off --watchdog 600 \
		$(CAPS_LAB) -o $(B)/caps-check
	$(B)/tests/check_caps $(B)/caps-check $(B)/nestprof
