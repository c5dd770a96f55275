/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of the hooks that come and go the vCPUs need just now. */
#ifndef NESTPROF_NEEDED_H
#define NESTPROF_NEEDED_H

#include <stdbool.h>
#include <stdint.h>

struct np_vcpu;

/* The one that learns a vCPU's type: as long as one that enters L2 has none. */
bool types_are_needed(const struct np_vcpu *vcpus, uint32_t n);

/* Whether one that enters L2 has its type. */
bool types_are_known(const struct np_vcpu *vcpus, uint32_t n);

/* The one that tells when L2 is entered: until each that enters has told how long that takes. */
bool enters_are_needed(const struct np_vcpu *vcpus, uint32_t n);

#endif
