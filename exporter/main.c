// SPDX-License-Identifier: GPL-2.0-only
/* What `nestprof export` becomes; see collector/cmd_export.c. */
#include <argp.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>

#include "collector/base/fail.h"
#include "collector/base/proc.h"
#include "exporter/serve.h"

int main(int argc, char **argv)
{
	struct export_options o = EXPORT_OPTIONS;
	int err;

	mallopt(M_MMAP_THRESHOLD, 128 << 10);
	argp_err_exit_status = NP_EXIT_USAGE;
	argp_parse(&export_argp, argc, argv, 0, NULL, &o);
	signal(SIGPIPE, SIG_IGN);
	np_catch_signals();
	err = serve(&o);
	if (!err)
		return NP_EXIT_OK;
	fprintf(stderr, "nestprof: %s\n", fail_text() ?: "out of memory");
	return fail_text() ? (int)fail_code() : NP_EXIT_FAILED;
}
