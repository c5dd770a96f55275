// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions in memory, as a wholesaler's: each thread has a warehouse, and orders, pays
 * and delivers there; one order in ten takes an item of the other. An iteration is one of
 * these transactions.
 */
#include "workloads/linux/init.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WAREHOUSES 2
#define ITEMS 2000
#define CUSTOMERS 1000
#define MAX_LINES 15
#define FULL_STOCK 100
#define STREET 40 /* bytes that each order has besides its lines */
#define DELIVERED 10 /* orders at a time: more than come, so that they do not pile up */

struct order {
	struct order *next;
	uint32_t customer, nr_lines;
	uint32_t item[MAX_LINES], amount[MAX_LINES];
	char street[STREET];
};

struct warehouse {
	pthread_mutex_t lock;
	uint32_t stock[ITEMS];
	int64_t balance[CUSTOMERS];
	struct order *first, **last; /* not delivered yet, the oldest first */
};

struct worker {
	pthread_t thread;
	uint32_t home;
	uint64_t seed, transactions;
	int err;
};

static struct warehouse warehouses[WAREHOUSES];

/* xorshift: the same figures in each run. */
static uint32_t below(struct worker *w, uint32_t n)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return (w->seed >> 16) % n;
}

static void take_from_stock(struct warehouse *h, const struct order *o, uint32_t line)
{
	pthread_mutex_lock(&h->lock);
	if (h->stock[o->item[line]] < o->amount[line])
		h->stock[o->item[line]] += FULL_STOCK;
	h->stock[o->item[line]] -= o->amount[line];
	pthread_mutex_unlock(&h->lock);
}

static int order(struct worker *w)
{
	struct warehouse *home = &warehouses[w->home];
	struct order *o = malloc(sizeof(*o));
	uint32_t other = below(w, 10) ? w->home : (w->home + 1) % WAREHOUSES;

	if (!o)
		return -ENOMEM;
	o->next = NULL;
	o->customer = below(w, CUSTOMERS);
	o->nr_lines = 5 + below(w, MAX_LINES - 4);
	memset(o->street, 'a' + below(w, 26), sizeof(o->street));
	for (uint32_t i = 0; i < o->nr_lines; i++) {
		o->item[i] = below(w, ITEMS);
		o->amount[i] = 1 + below(w, 10);
		take_from_stock(&warehouses[i ? w->home : other], o, i);
	}
	pthread_mutex_lock(&home->lock);
	*home->last = o;
	home->last = &o->next;
	pthread_mutex_unlock(&home->lock);
	return 0;
}

static void pay(struct worker *w)
{
	struct warehouse *home = &warehouses[w->home];

	pthread_mutex_lock(&home->lock);
	home->balance[below(w, CUSTOMERS)] += 1 + below(w, 5000);
	pthread_mutex_unlock(&home->lock);
}

static bool deliver_first(struct warehouse *h)
{
	struct order *o;

	pthread_mutex_lock(&h->lock);
	o = h->first;
	if (o) {
		h->first = o->next;
		h->last = o->next ? h->last : &h->first;
		for (uint32_t i = 0; i < o->nr_lines; i++)
			h->balance[o->customer] -= o->amount[i] * (o->item[i] + 1);
	}
	pthread_mutex_unlock(&h->lock);
	free(o);
	return o;
}

static void deliver(struct worker *w)
{
	for (int i = 0; i < DELIVERED && deliver_first(&warehouses[w->home]); i++)
		;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	for (uint64_t i = 0; !w->err && i < w->transactions; i++) {
		uint32_t which = below(w, 100);

		if (which < 45)
			w->err = order(w);
		else if (which < 88)
			pay(w);
		else
			deliver(w);
	}
	return NULL;
}

static void open_warehouses(void)
{
	for (uint32_t i = 0; i < WAREHOUSES; i++) {
		struct warehouse *h = &warehouses[i];

		pthread_mutex_init(&h->lock, NULL);
		h->first = NULL;
		h->last = &h->first;
		for (uint32_t k = 0; k < ITEMS; k++)
			h->stock[k] = FULL_STOCK;
	}
}

int transactions_run(uint64_t iterations, struct guest_times *times)
{
	struct worker workers[WAREHOUSES] = { 0 };
	int err = 0;

	open_warehouses();
	times->begin = guest_time();
	for (uint32_t i = 0; i < WAREHOUSES; i++) {
		struct worker *w = &workers[i];

		w->home = i;
		w->seed = i + 1;
		w->transactions = iterations / WAREHOUSES + (i < iterations % WAREHOUSES);
		if (pthread_create(&w->thread, NULL, work, w)) {
			complain("transactions: no thread could be made");
			return -EAGAIN; /* the VM ends with this, and all threads */
		}
	}
	for (uint32_t i = 0; i < WAREHOUSES; i++) {
		pthread_join(workers[i].thread, NULL);
		err = workers[i].err ?: err;
	}
	times->end = guest_time();
	if (err)
		complain("transactions: no memory for an order");
	return err;
}
