// SPDX-License-Identifier: GPL-2.0-only
#include "collector/base/out.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "collector/base/fail.h"

int out_end(int err)
{
	if (fflush(stdout) || ferror(stdout))
		return fail(NP_EXIT_NO_SPACE, -EIO, "cannot write to standard output");
	return err;
}

bool out_reader_is_gone(FILE *out)
{
	struct pollfd fd = { .fd = fileno(out) };

	return poll(&fd, 1, 0) > 0 && fd.revents & (POLLERR | POLLHUP);
}

int out_text(char *text)
{
	if (!text)
		return -ENOMEM;
	fputs(text, stdout);
	free(text);
	return 0;
}
