/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel modules as files: found, decompressed, and put in the order they load in. */
#ifndef NESTPROF_KO_H
#define NESTPROF_KO_H

#include <stddef.h>
#include <stdint.h>

/*
 * How much of a module's file is not its signature. A kernel that does not
 * insist on one loads the module without: hashing megabytes to check it is a
 * good part of what an emulated CPU does to load a module.
 */
size_t ko_unsigned_size(const char *data, size_t size);

#define KO_NAME 64
#define KO_MAX 32

struct ko {
	char name[KO_NAME]; /* with '-' as '_' */
	char *data;	    /* the ELF file, decompressed, without its signature */
	size_t size;	    /* 0: built in, nothing to load */
};

struct ko_set {
	uint32_t n;
	struct ko ko[KO_MAX];
};

/*
 * Appends a module, after all it depends on, to the set. -ENOENT without
 * fail() when the module itself is not in the folder; a missing or damaged
 * dependency, or a module for another kernel than `release` (if not NULL),
 * is fail()ed with its name.
 */
int ko_add(struct ko_set *s, const char *modules_dir, const char *release, const char *name);
void ko_free(struct ko_set *s);

#endif
