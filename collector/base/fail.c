// SPDX-License-Identifier: GPL-2.0-only
#include "collector/base/fail.h"

#include <stdarg.h>
#include <stdio.h>

static char text[1024];
static enum np_exit code;

int fail(enum np_exit c, int err, const char *fmt, ...)
{
	va_list ap;

	if (code != NP_EXIT_OK)
		return err;
	code = c;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err;
}

const char *fail_text(void)
{
	return code == NP_EXIT_OK ? NULL : text;
}

enum np_exit fail_code(void)
{
	return code;
}

void fail_clear(void)
{
	code = NP_EXIT_OK;
}
