// SPDX-License-Identifier: GPL-2.0-only
#include "collector/host/noise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/log.h"
#include "collector/host/hostfs.h"

#define CPU "/sys/devices/system/cpu"
#define DAMON_STAT "/sys/module/damon_stat/parameters/enabled"
#define BUSY 0.5 /* tasks that run besides: so many make a sibling or a vCPU wait */

static bool reads(const char *path, const char *value)
{
	char line[64];

	return host_read_line(line, sizeof(line), "%s", path) == 0 && !strcmp(line, value);
}

/* "0" alone: there is nobody to share with, and nowhere to move to. */
static bool one_cpu(void)
{
	return reads(CPU "/online", "0") || !host_exists(CPU "/online");
}

static bool governor_varies(void)
{
	static const char path[] = CPU "/cpu0/cpufreq/scaling_governor";

	return host_exists("%s", path) && !reads(path, "performance");
}

static bool turbo_is_on(void)
{
	return reads(CPU "/intel_pstate/no_turbo", "0") || reads(CPU "/cpufreq/boost", "1");
}

static bool smt_is_on(void)
{
	return reads(CPU "/smt/active", "1");
}

/* Since 6.17, and on by default where it is built. */
static bool damon_keeps_statistics(void)
{
	return reads(DAMON_STAT, "Y");
}

static bool is_loaded(void)
{
	char line[128];

	return host_read_line(line, sizeof(line), "/proc/loadavg") == 0 &&
	       strtod(line, NULL) > BUSY;
}

void noise_find(bool pinned, void (*each)(const struct noise *n, void *arg), void *arg)
{
	const struct {
		bool there;
		struct noise noise;
	} all[] = {
		{ governor_varies(),
		  { "governor", "the CPU frequency follows the load",
		    "cpupower frequency-set -g performance" } },
		{ turbo_is_on(),
		  { "turbo", "turbo is on: the frequency depends on temperature and neighbours",
		    "echo 1 > " CPU "/intel_pstate/no_turbo, or echo 0 > " CPU "/cpufreq/boost" } },
		{ smt_is_on(),
		  { "smt", "SMT is on: what a sibling runs slows L2",
		    "echo off > " CPU "/smt/control, or leave the siblings idle" } },
		{ !pinned,
		  { "unpinned", "vCPUs may move between CPUs", "--pin CPU" } },
		{ damon_keeps_statistics(),
		  { "damon", "DAMON's statistics sample what memory is used, that of L1 too",
		    "echo N > " DAMON_STAT } },
		{ is_loaded(),
		  { "load", "other tasks run on this host", "end them, or wait" } },
	};

	if (one_cpu())
		return;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i].there)
			each(&all[i].noise, arg);
}

struct names {
	char *text;
	size_t size;
};

static void warn(const struct noise *n, void *arg)
{
	struct names *names = arg;
	size_t len = strlen(names->text);

	log_warn("%s; %s", n->found, n->remedy);
	snprintf(names->text + len, names->size - len, "%s%s", len ? "," : "", n->name);
}

void noise_warn(bool pinned, char *names, size_t size)
{
	struct names n = { names, size };

	names[0] = '\0';
	noise_find(pinned, warn, &n);
	if (!names[0])
		snprintf(names, size, "none");
}
