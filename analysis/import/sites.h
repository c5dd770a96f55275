/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * L1's VMREADs and VMWRITEs in a trace, by where their instruction is: which field they
 * access no trace tells.
 */
#ifndef NESTPROF_IMPORT_SITES_H
#define NESTPROF_IMPORT_SITES_H

#include "analysis/import/vcpus.h"
#include "analysis/recording/access.h"

struct imp_sites;

struct imp_sites *imp_sites_new(void);
void imp_sites_free(struct imp_sites *s); /* NULL is fine */

/*
 * The number of an access of that vCPU's, which exited so; 0: it is none, or there is no
 * room. *is_new: *a was not told of before.
 */
uint32_t imp_sites_access(struct imp_sites *s, uint32_t stream, const struct rec_event *exit,
			  const struct imp_origin *from, struct rec_access *a, bool *is_new);

#endif
