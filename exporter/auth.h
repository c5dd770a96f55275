/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may scrape: one name and password, from a file. */
#ifndef NESTPROF_EXPORTER_AUTH_H
#define NESTPROF_EXPORTER_AUTH_H

#include <stdbool.h>
#include <stdint.h>

struct auth {
	bool wanted;
	uint8_t hash[32]; /* of "user:password" */
};

/* `file` NULL: nobody is asked. fail()s when others could read it, or it has no such line. */
int auth_read(struct auth *a, const char *file);

/* Takes as long whatever is given. */
bool auth_allows(const struct auth *a, const char *user, const char *password);

#endif
