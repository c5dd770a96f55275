/* SPDX-License-Identifier: GPL-2.0-only */
/* The pool of chunks that tapes are made of, and how an event gets onto one. */
#ifndef NESTPROF_RECORD_MAPS_BPF_H
#define NESTPROF_RECORD_MAPS_BPF_H

#include "bpf/free_list.bpf.h"
#include "bpf/record_chunks.h"

/* Both have as many entries as user space asks for. */
FREE_LIST(free_chunks, 1);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct np_chunk);
} chunks SEC(".maps");

/* An empty queue clears what it was to fill in. */
static __always_inline __u32 np_chunk_take(struct np_chunks *c)
{
	__u32 fresh = 0;

	(void)c;
	return bpf_map_pop_elem(&free_chunks, &fresh) ? 0 : fresh;
}

static __always_inline struct np_chunk *np_chunk_at(struct np_chunks *c, __u32 index)
{
	(void)c;
	return bpf_map_lookup_elem(&chunks, &index);
}

static __noinline int record_on_next_chunk(struct np_tape *t, __u64 word)
{
	if (np_tape_turn(NULL, t))
		np_tape_write(NULL, t, word | bpf_ktime_get_ns() << NP_EVENT_NS_SHIFT);
	return 0;
}

/* There is room. `word` has all but the time. */
static __always_inline int record_now(struct np_tape *t, __u64 word)
{
	word |= bpf_ktime_get_ns() << NP_EVENT_NS_SHIFT;
	barrier(); /* reads `at` again, rather than keeping it */
	np_tape_write(NULL, t, word);
	return 0;
}

/* The same when it may be full. Ends with a call: nothing is kept for later. */
static __always_inline int record(struct np_tape *t, __u64 word)
{
	return np_tape_is_full(t->at) ? record_on_next_chunk(t, word) : record_now(t, word);
}

/* An entry, when none is held: it waits for the next event. */
static __always_inline int hold(struct np_tape *t, __u64 word)
{
	word |= bpf_ktime_get_ns() << NP_EVENT_NS_SHIFT;
	np_publish(t->held, word);
	return 0;
}

#endif
