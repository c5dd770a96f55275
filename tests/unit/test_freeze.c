// SPDX-License-Identifier: GPL-2.0-only
/* A process of several threads stands still, all of it, and goes on. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/freeze.h"

static void *spin(void *arg)
{
	for (volatile uint64_t *mine = arg;;)
		++*mine;
	return NULL;
}

enum { THREADS = 4 };

static void spin_in_threads(uint64_t *counters)
{
	pthread_t t;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t, NULL, spin, &counters[i]);
	for (;;)
		pause();
}

static void every_thread_is_frozen(void **state)
{
	volatile uint64_t *counters = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t before[THREADS];
	pid_t child;

	(void)state;
	assert_true(counters != MAP_FAILED);
	child = fork();
	if (child == 0)
		spin_in_threads((uint64_t *)counters);
	for (int i = 0; i < THREADS; i++)
		while (!counters[i])
			usleep(1000);
	assert_int_equal(freeze_process(child), 0);
	memcpy(before, (void *)counters, sizeof(before));
	usleep(50000);
	assert_memory_equal(before, (void *)counters, sizeof(before));
	assert_int_equal(thaw_process(child), 0);
	for (int i = 0; i < THREADS; i++)
		while (counters[i] == before[i])
			usleep(1000);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	munmap((void *)counters, 4096);
	assert_int_equal(freeze_process(child), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_thread_is_frozen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
