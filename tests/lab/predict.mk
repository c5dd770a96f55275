# SPDX-License-Identifier: GPL-2.0-only
# advise in the lab: what it predicts of shadow VMCS, from runs without it, beside what is
# then measured; of each workload with KVM as L1, and of the micro-hypervisor's sequences.
# PREDICT_LAB: more options for the lab, such as --l0-kernel.
PREDICT_SEED ?= 1
PREDICT_SEQUENCES ?= 3
PREDICT := $(B)/predict

.PHONY: check-predict
check-lab: check-predict
check-predict: fields-l1 $(B)/tests/check_predict $(B)/tests/check_micro
	rm -rf $(PREDICT)
	mkdir -p $(PREDICT)
	{ echo '#!/bin/busybox sh'; \
	  echo "sequences='R:4404*8,W:6820*6,R:440e*2,R:6820m*3'"; \
	  echo "sequences=\"\$$sequences $$($(B)/tests/check_micro $(PREDICT_SEED) $(PREDICT_SEQUENCES) | tr '\n' ' ')\""; \
	  cat tests/lab/predict.sh; } >$(PREDICT)/script
	$(B)/nestprof lab --calibrate $(PREDICT_LAB) -o $(PREDICT)
	$(B)/nestprof lab --l1 micro --l0-command $(PREDICT)/script --arms shadow-off --watchdog 900 $(PREDICT_LAB) \
		-o $(PREDICT)/micro
	$(B)/tests/check_predict $(PREDICT)/calibration.json $(B)/fields-l1/latest/result.json \
		$(PREDICT)/micro/*/2*/result.json
