// SPDX-License-Identifier: GPL-2.0-only
#include "collector/record/imported.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/log.h"

#define SHOW_EVERY 0.5 /* seconds */

static int cannot_read(const struct imported *i, int err)
{
	if (err == -EINTR || err == -ENOMEM)
		return err;
	if (err != -EBADMSG)
		return fail(NP_EXIT_MISSING, err, "cannot read %s: %s", i->file->name,
			    strerror(-err));
	return fail(NP_EXIT_MISSING, err, "cannot read %s: %s, at byte %" PRIu64, i->file->name,
		    i->error.what, i->error.offset);
}

int imported_open(struct imported *i, struct trace_file *file)
{
	int err;

	*i = (struct imported){ .file = file };
	err = import_open(&i->import, file->kind, &file->source, &i->error);
	return err ? cannot_read(i, err) : 0;
}

void imported_info(const struct imported *i, struct rec_info *info)
{
	const struct imp_about *about = import_about(i->import);

	*info = (struct rec_info){ .start = import_start(i->import), .phases_every = 1 };
	info->has_entry = import_has(i->import, NP_EVENT_ENTRY) && !about->counts_only;
	snprintf(info->nestprof, sizeof(info->nestprof), "%s", NP_VERSION);
	snprintf(info->kernel, sizeof(info->kernel), "%s", about->kernel);
	snprintf(info->cpu, sizeof(info->cpu), "%s", about->cpu);
}

int imported_run(struct imported *i, const struct imp_sink *sink)
{
	int err = import_run(i->import, sink);

	log_phase_end();
	return err == -EBADMSG && i->error.what[0] ? 0 : err;
}

static void tell_lacks(const struct imported *i)
{
	const struct imp_about *about = import_about(i->import);
	const struct imp_seen *seen = import_seen(i->import);
	const char *line;

	for (uint32_t n = 0; (line = import_lack(i->import, n)); n++)
		log_note("%s: %s", i->file->name, line);
	if (about->counts_only)
		log_note("%s: its clock (%s) does not count time: there are no round trips",
			 i->file->name, about->clock);
	if (!about->has_tgids)
		log_note("%s: it does not tell which threads are one VM's: each vCPU is shown as "
			 "a VM of its own, by its thread", i->file->name);
	if (seen->gaps && seen->lost)
		log_note("%s: %" PRIu64 " events or more were lost; what was under way on any "
			 "vCPU is in no average", i->file->name, seen->lost);
	else if (seen->gaps)
		log_note("%s: events were lost, it does not tell how many; what was under way on "
			 "any vCPU is in no average", i->file->name);
	if (about->late)
		log_note("%s: %" PRIu64 " events came too late to be put in order", i->file->name,
			 about->late);
}

int imported_judge(const struct imported *i)
{
	tell_lacks(i);
	if (!i->error.what[0])
		return 0;
	return fail(NP_EXIT_DAMAGED, -EBADMSG, "%s: %s, at byte %" PRIu64 "; what came before is "
		    "shown", i->file->name, i->error.what, i->error.offset);
}

void imported_close(struct imported *i)
{
	import_free(i->import);
}

void imported_progress(struct imported *i)
{
	double now = log_elapsed();
	char text[64];

	if (now - i->shown < SHOW_EVERY || isatty(STDERR_FILENO) != 1)
		return;
	if (!i->shown)
		log_phase("reading %s", i->file->name);
	i->shown = now;
	if (i->file->source.size == IMP_UNKNOWN || !i->file->source.size)
		return;
	snprintf(text, sizeof(text), "%.0f %%",
		 1e2 * import_offset(i->import) / i->file->source.size);
	log_phase_says(text);
}
