/* SPDX-License-Identifier: GPL-2.0-only */
/* What each report has in it besides figures, as bytes inside nestprof. */
	.section .rodata
	.globl	html_style, html_style_end, html_sort, html_sort_end
html_style:
	.incbin	"analysis/html/style.css"
html_style_end:
html_sort:
	.incbin	"analysis/html/sort.js"
html_sort_end:
	.section .note.GNU-stack, "", @progbits
