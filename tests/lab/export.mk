# SPDX-License-Identifier: GPL-2.0-only
# nestprof export in the lab: it tells of real nested exits what stat counts.
# EXPORT_LAB: more options for the lab, such as --l0-kernel.
EXPORT_VCPUS ?= 512
.PHONY: check-export
check-lab: check-export
check-export: all
	rm -rf $(B)/export
	mkdir -p $(B)/export/libraries
	cp $(B)/nestprof-exporter $(B)/export/libraries
	strip $(B)/export/libraries/nestprof-exporter
	ldd $(B)/nestprof-exporter | awk '$$3 ~ "^/" && $$1 !~ "^lib[cm][.]so" { print $$3 }' | \
		xargs cp -L -t $(B)/export/libraries
	{ sed "s/@lines@/$$(wc -l <tests/lab/export.sh)/; s/@vcpus@/$(EXPORT_VCPUS)/" tests/lab/export.sh; \
		tar -C $(B)/export/libraries -cz .; } >$(B)/export/command
	$(B)/nestprof lab --l0-command $(B)/export/command --arms shadow-off --watchdog 900 $(EXPORT_LAB) \
		-o $(B)/export/out
	tests/lab/export_judge.sh $(B)/export/out
