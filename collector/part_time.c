// SPDX-License-Identifier: GPL-2.0-only
#include "collector/part_time.h"

#include <time.h>

#include <bpf/libbpf.h>

#include "collector/bpf_programs.h"

#define PERIOD_S 16 /* in the last second of it the hook is in */

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

struct part_time part_time_choose(const struct part_time hooks[], uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (bpf_program__autoload(hooks[i].program))
			return hooks[i];
	return (struct part_time){ 0 };
}

void part_time_attached(struct part_time *h)
{
	h->began = now();
}

void part_time_tend(const struct part_time *h, bool needed)
{
	if (h->program)
		programs_hook(h->program, h->link,
			     needed || (now() - h->began) % PERIOD_S == PERIOD_S - 1);
}
