/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The description of an event's format, as far as it is needed and well formed:
 * libtraceevent leaks memory, or worse, when it is given what is not.
 */
#ifndef NESTPROF_IMPORT_FORMAT_TEXT_H
#define NESTPROF_IMPORT_FORMAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define IMP_FORMAT_NAME 64

/* "name: kvm_exit": false where it does not begin with that. */
bool imp_format_name(const char *text, size_t size, char name[IMP_FORMAT_NAME]);

/*
 * The same with its id, and of its fields only those that `wanted` says and plain numbers
 * are: the caller's to free. NULL: no memory.
 */
char *imp_format_clean(const char *text, size_t size, bool (*wanted)(const char *field));

#endif
