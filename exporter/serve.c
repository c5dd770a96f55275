// SPDX-License-Identifier: GPL-2.0-only
#include "exporter/serve.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "collector/base/fail.h"
#include "collector/base/fsutil.h"
#include "collector/base/log.h"
#include "collector/host/vms.h"
#include "collector/stat/wait.h"
#include "exporter/auth.h"
#include "exporter/listen.h"
#include "exporter/source.h"

#define CLIENT_TIMEOUT_S 10
#define CLIENT_MEMORY (32 << 10)
#define FRESH_S 1.0	  /* a page is served again so long, however many ask */
#define READ_EVERY_S 15.0 /* also when nobody asks: vCPUs that ended make room */
#define OPENMETRICS "application/openmetrics-text"

struct server {
	const struct export_options *o;
	struct MHD_Daemon *daemon;
	struct auth auth;
	char *certificate, *key;
	struct source *source;
	struct fleet fleet;
	struct metrics_facts facts;
	double read; /* when the counters were, last */
	int err;     /* of that */
	/* The page in both formats, as it was made last. */
	struct MHD_Response *page[2];
	double made[2];
};

static void read_counters(struct server *s, double now)
{
	s->err = source_read(s->source, &s->fleet, &s->facts);
	s->read = now;
}

static struct MHD_Response *make_page(struct server *s, bool openmetrics)
{
	struct MHD_Response *r = NULL;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int err = f ? metrics_print(f, &s->fleet, &s->facts, vm_uuid, openmetrics) : -ENOMEM;

	if (f && fclose(f))
		err = -ENOMEM;
	if (!err)
		r = MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
	if (!r)
		free(text);
	else
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
					openmetrics ? OPENMETRICS "; version=1.0.0; charset=utf-8"
						    : "text/plain; version=0.0.4; charset=utf-8");
	return r;
}

/* NULL: it cannot be made. Those who flood us get the same page for a while. */
static struct MHD_Response *page(struct server *s, bool openmetrics)
{
	double now = wait_now();

	if (s->page[openmetrics] && now - s->made[openmetrics] < FRESH_S)
		return s->page[openmetrics];
	if (now - s->read >= FRESH_S)
		read_counters(s, now);
	if (s->page[openmetrics])
		MHD_destroy_response(s->page[openmetrics]); /* kept by those that still send it */
	s->page[openmetrics] = s->err ? NULL : make_page(s, openmetrics);
	s->made[openmetrics] = now;
	return s->page[openmetrics];
}

static enum MHD_Result say(struct MHD_Connection *c, unsigned int status, const char *text)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(strlen(text), (void *)text,
								 MHD_RESPMEM_PERSISTENT);
	enum MHD_Result done = r ? MHD_YES : MHD_NO;

	if (r) {
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE,
					"text/plain; charset=utf-8");
		done = MHD_queue_response(c, status, r);
		MHD_destroy_response(r);
	}
	return done;
}

static bool allowed(const struct server *s, struct MHD_Connection *c)
{
	char *password = NULL, *user = MHD_basic_auth_get_username_password(c, &password);
	bool allows = auth_allows(&s->auth, user, password);

	MHD_free(user);
	MHD_free(password);
	return allows;
}

static enum MHD_Result refuse(struct MHD_Connection *c)
{
	static const char text[] = "a name and a password are needed\n";
	struct MHD_Response *r = MHD_create_response_from_buffer(sizeof(text) - 1, (void *)text,
								 MHD_RESPMEM_PERSISTENT);
	enum MHD_Result done = r ? MHD_queue_basic_auth_fail_response(c, "nestprof", r) : MHD_NO;

	if (r)
		MHD_destroy_response(r);
	return done;
}

static bool wants_openmetrics(struct MHD_Connection *c)
{
	const char *accept = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT);

	return accept && strstr(accept, OPENMETRICS);
}

static enum MHD_Result answer(void *arg, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *size, void **request)
{
	struct server *s = arg;
	struct MHD_Response *r;

	(void)version, (void)data;
	if (!*request) { /* its headers are here, its body is not */
		*request = s;
		return MHD_YES;
	}
	if (*size) {
		*size = 0;
		return MHD_YES;
	}
	if (!allowed(s, c))
		return refuse(c);
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return say(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
	if (strcmp(url, "/metrics"))
		return say(c, MHD_HTTP_NOT_FOUND, "there is /metrics\n");
	r = page(s, wants_openmetrics(c));
	if (!r)
		return say(c, MHD_HTTP_INTERNAL_SERVER_ERROR, "the counters cannot be read\n");
	return MHD_queue_response(c, MHD_HTTP_OK, r);
}

static int read_file(const char *file, char **text)
{
	int err = file ? fs_read_text(file, text) : 0;

	return err ? fail(NP_EXIT_MISSING, err, "%s: %s", file, strerror(-err)) : 0;
}

/* MHD says what is wrong with a certificate to nobody but stderr. */
static int start(struct server *s, int fd)
{
	unsigned int flags = MHD_USE_EPOLL | (s->certificate ? MHD_USE_TLS : 0);
	struct MHD_OptionItem more[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, s->key },
		{ MHD_OPTION_END, 0, NULL },
	};

	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, answer, s, MHD_OPTION_LISTEN_SOCKET, fd,
				     MHD_OPTION_CONNECTION_LIMIT, (unsigned int)s->o->max_clients,
				     MHD_OPTION_CONNECTION_TIMEOUT, CLIENT_TIMEOUT_S,
				     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_MEMORY,
				     MHD_OPTION_ARRAY, s->certificate ? more : more + 2,
				     MHD_OPTION_END);
	if (s->daemon)
		return 0;
	close(fd);
	if (s->certificate)
		return fail(NP_EXIT_MISSING, -EINVAL, "%s and %s are no certificate with its key",
			    s->o->certificate, s->o->key);
	return fail(NP_EXIT_FAILED, -EIO, "the HTTP server cannot be started");
}

/* Until the next of: a client, its timeout, what the source wants, a reading. */
static struct timespec until_next(struct server *s, double now)
{
	double until = fmin(source_tend(s->source, now), s->read + READ_EVERY_S) - now;
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(s->daemon, &ms) == MHD_YES)
		until = fmin(until, ms / 1000.0);
	until = fmax(0, fmin(until, READ_EVERY_S));
	return (struct timespec){ .tv_sec = until, .tv_nsec = (until - (time_t)until) * 1e9 };
}

/* A signal that comes after this has looked for one ends the waiting, too. */
static bool wait_for_work(struct pollfd *fd, const struct timespec *left)
{
	sigset_t all, before;
	bool ended;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	ended = np_interrupted();
	if (!ended)
		ppoll(fd, 1, left, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return !ended;
}

static void loop(struct server *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fd = { .fd = info->epoll_fd, .events = POLLIN };
	struct timespec left = { 0 };

	while (wait_for_work(&fd, &left)) {
		double now = wait_now();

		MHD_run(s->daemon);
		if (now - s->read >= READ_EVERY_S)
			read_counters(s, now);
		left = until_next(s, now);
	}
}

static int check_exposure(const struct export_options *o, bool beyond)
{
	if (!beyond || o->plain || (o->certificate && o->auth))
		return 0;
	return fail(NP_EXIT_USAGE, -EPERM,
		    "%s is open to other hosts: that takes --tls-certificate, "
		    "--tls-key and --auth, or --plain",
		    o->listen);
}

static int begin(struct server *s)
{
	bool beyond;
	int fd, err = auth_read(&s->auth, s->o->auth);

	if (!err)
		err = read_file(s->o->certificate, &s->certificate);
	if (!err)
		err = read_file(s->o->key, &s->key);
	if (err)
		return err;
	fd = listen_on(s->o->listen, &beyond);
	if (fd < 0)
		return fd;
	err = check_exposure(s->o, beyond);
	if (!err)
		err = source_open(&s->source, s->o);
	if (!err)
		read_counters(s, wait_now());
	err = err ?: s->err;
	if (!err)
		return start(s, fd);
	close(fd);
	listen_end(s->o->listen);
	return err;
}

int serve(const struct export_options *o)
{
	struct server s = { .o = o };
	int err = fleet_init(&s.fleet, o->max_vms);

	if (!err)
		err = begin(&s);
	if (!err) {
		log_note("serving %s, at most %u series", o->listen,
			 metrics_most_series(o->max_vms));
		loop(&s);
		MHD_stop_daemon(s.daemon); /* closes the socket */
		listen_end(o->listen);
	}
	for (int i = 0; i < 2; i++)
		if (s.page[i])
			MHD_destroy_response(s.page[i]);
	source_close(s.source);
	fleet_free(&s.fleet);
	free(s.certificate);
	free(s.key);
	return err;
}
