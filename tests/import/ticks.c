// SPDX-License-Identifier: GPL-2.0-only
/* ticks N: each of three threads calls tick() with 1 to N, for a probe to record. */
#include <pthread.h>
#include <stdlib.h>

#define THREADS 3

void tick(unsigned long n);

__attribute__((noinline)) void tick(unsigned long n)
{
	asm volatile("" : : "r"(n));
}

static void *run(void *times)
{
	for (unsigned long n = 1; n <= *(unsigned long *)times; n++)
		tick(n);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long times = argc == 2 ? strtoul(argv[1], NULL, 0) : 0;
	pthread_t thread[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, run, &times))
			return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	return !times;
}
