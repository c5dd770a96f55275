/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Debian packages as data: resolved, fetched and verified by apt with folders
 * of its own, unpacked with dpkg-deb, never installed. Mirrors and keys are
 * those of the machine's own apt.
 */
#ifndef NESTPROF_PACKAGES_H
#define NESTPROF_PACKAGES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Fetches the recipe's packages (recipe_takes()) with all they depend on into dir/archives.
 * fail()s with apt's own first error line.
 */
int packages_fetch(const char *dir, unsigned parts);

/* Fetches the newest kernel of a Debian suite, without what it depends on. */
int packages_fetch_kernel(const char *dir, const char *suite, bool security);

/* Unpacks dir/archives over each other into dir/tree. */
int packages_unpack(const char *dir);

/* One line per archive, sorted: "name_version_arch.deb sha256". malloc'ed. */
int packages_manifest(const char *dir, char **text);

/* The version of a package in such a manifest; "" when it is not there. */
void packages_version(const char *manifest, const char *package, char *out, size_t size);

#endif
