/* SPDX-License-Identifier: GPL-2.0-only */
/* A program and the shared libraries it needs, out of an unpacked tree. */
#ifndef NESTPROF_CLOSURE_H
#define NESTPROF_CLOSURE_H

/*
 * Copies the libraries that `program` (a path) needs, as the loader in `tree`
 * resolves them inside `tree`, into the folder `to`. fail()s naming a library
 * that the tree lacks.
 */
int closure_copy_libraries(const char *tree, const char *program, const char *to);

/* In a tree; what packages have in lib64/ is an absolute link, out of the tree. */
#define CLOSURE_LOADER "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"

#endif
