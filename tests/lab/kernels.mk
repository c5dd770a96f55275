# SPDX-License-Identifier: GPL-2.0-only
# What works on which kernel: the lab with each as L0 and as L1 (20 minutes),
# and the table of docs/kernels.md from what came of it.
$(B)/tests/kernels_table: tests/lab/kernels_table.c $(COLLECT) $(ANALYSIS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(LDFLAGS) $(filter %.c %.o %.a,$^) -o $@ $(PKG_LIBS)

.PHONY: kernels-runs kernels-table
kernels-runs: all
	tests/lab/kernels.sh $(B)/nestprof $(B)/kernels
kernels-table: kernels-runs $(B)/tests/kernels_table
	tests/lab/kernels_doc.sh $(B)/tests/kernels_table $(B)/kernels docs/kernels.md
