/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NESTPROF_UTF8_H
#define NESTPROF_UTF8_H

#define NP_UTF8_INSTEAD "\xef\xbf\xbd" /* U+FFFD */

/*
 * How many bytes the character at `p` takes; 0 when it is none, no character that text
 * may have (noncharacters, surrogates), or a control character but \n and \t.
 */
int np_utf8_length(const char *p);

#endif
