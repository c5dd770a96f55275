/* SPDX-License-Identifier: GPL-2.0-only */
/* What comes before kvm_intel is loaded with other parameters: of ab and calibrate. */
#ifndef NESTPROF_READY_H
#define NESTPROF_READY_H

#define DEFAULT_QEMU "qemu-system-x86_64"

/* What a killed run left is made up for first, even where no run is possible. */
int host_recover(void);

/* Whether this host could do it; fail()s with what is in the way first. */
int host_check(const char *qemu);

#endif
