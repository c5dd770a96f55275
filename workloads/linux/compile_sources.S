/* SPDX-License-Identifier: GPL-2.0-only */
/* The sources that are compiled (compile.c), preprocessed, as strings; and their table. */
#define SOURCES \
	SOURCE(advise) \
	SOURCE(compare) \
	SOURCE(fields) \
	SOURCE(stat_model)

#define STRING(s) #s
#define SOURCE(name) name: .incbin STRING(guest-src/name.i); .byte 0;
	.section .rodata
	SOURCES
#undef SOURCE

#define SOURCE(name) .quad name;
	.section .data.rel.ro, "aw"
	.balign	8
	.globl	compile_sources
compile_sources:
	SOURCES
	.quad	0

	.section .note.GNU-stack, "", @progbits
