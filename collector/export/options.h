/* SPDX-License-Identifier: GPL-2.0-only */
/* What `nestprof export` is told; for the command, and for the program that does it. */
#ifndef NESTPROF_EXPORT_OPTIONS_H
#define NESTPROF_EXPORT_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "bpf/events.h"
#include "collector/stat/target.h"

#define EXPORT_ADDRESS "127.0.0.1:9743"
#define EXPORT_UNIX "unix:"
#define EXPORT_MAX_VMS 256
#define EXPORT_MAX_VCPUS 512
#define EXPORT_MAX_CLIENTS 16

struct export_options {
	struct target target;
	const char *listen;
	const char *certificate, *key; /* files; NULL: no TLS */
	const char *auth;	       /* a file with "user:password"; NULL: anybody */
	const char *recording;	       /* counts of this file instead, for tests */
	bool plain;		       /* beyond this host without TLS and password */
	uint64_t max_vms, max_vcpus, max_clients;
	double keep; /* seconds that an ended VM is still told of */
};

#define EXPORT_OPTIONS                                                                             \
	((struct export_options){ .target = TARGET_ALL,                                            \
				  .listen = EXPORT_ADDRESS,                                        \
				  .max_vms = EXPORT_MAX_VMS,                                       \
				  .max_vcpus = EXPORT_MAX_VCPUS,                                   \
				  .max_clients = EXPORT_MAX_CLIENTS,                               \
				  .keep = 300 })

/* Its input is a struct export_options. */
extern const struct argp export_argp;

#endif
