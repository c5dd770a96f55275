# SPDX-License-Identifier: GPL-2.0-only
# What docs/tutorial.md shows, run anew in the lab's L0; left in build/tutorial.
.PHONY: tutorial
tutorial: all
	rm -rf $(B)/tutorial
	$(B)/nestprof lab --l0-command tests/lab/tutorial_l0.sh --arms shadow-off -o $(B)/tutorial
