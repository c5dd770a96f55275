// SPDX-License-Identifier: GPL-2.0-only
#include "collector/fields/recorded.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/fields/report.h"
#include "collector/record/playback.h"

struct run {
	const struct fields_options *o;
	struct playback play;
	struct fields_report report;
};

bool fields_is_recording(const char *file)
{
	char begin[IMPORT_TELLING] = "";
	struct stat st;
	int fd;

	if (!strcmp(file, "-"))
		return true;
	if (stat(file, &st) || !S_ISREG(st.st_mode))
		return false;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (read(fd, begin, sizeof(begin)) != sizeof(begin))
		begin[0] = '\0';
	close(fd);
	return !memcmp(begin, REC_MAGIC, REC_MAGIC_SIZE) || import_kind(begin, sizeof(begin));
}

static int open_recording(struct run *r)
{
	int err = playback_open(&r->play, r->o->recording, &r->o->target);

	/* Of other tools' traces, it is known where they are, if not of which field. */
	if (err || r->play.info.has_accesses || r->play.trace.kind)
		return err;
	return fail(NP_EXIT_MISSING, -ENODATA, "%s has no VMCS fields: they are recorded by "
		    "'nestprof record --fields'", r->play.file);
}

/* All is one interval; the model has nothing that is asked for here. */
static int no_table(struct stat_model *m, uint64_t from, uint64_t to, uint64_t lost, void *arg)
{
	(void)m, (void)from, (void)to, (void)lost, (void)arg;
	return 0;
}

static int count(struct run *r)
{
	struct replay_options o = playback_options(&r->play);
	struct fields_counts *c = &r->report.counts;
	int err;

	o.fields = &c->fields;
	o.account = &c->account;
	err = playback_run(&r->play, &o, no_table, NULL);
	np_fields_merge(&c->fields);
	if (!err)
		err = np_fields_balance(&c->fields, &c->account);
	np_fields_merge(&c->fields);
	return err;
}

static int run(struct run *r)
{
	int err = fields_report_open(&r->report, r->o);

	if (!err)
		err = open_recording(r);
	if (!err)
		err = count(r);
	if (err)
		return err;
	r->report.when.seconds = playback_seconds(&r->play);
	r->report.lost = replay_lost(r->play.replay);
	err = fields_report_print(&r->report);
	return err ? err : playback_judge(&r->play);
}

int fields_recorded(const struct fields_options *o)
{
	struct run *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	*r = (struct run){ .o = o };
	err = run(r);
	playback_close(&r->play);
	fields_report_close(&r->report);
	free(r);
	return err == -EPIPE ? 0 : err; /* nobody is left to be told */
}
