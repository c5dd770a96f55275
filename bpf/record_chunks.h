/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How raw events get from the programs to user space: by plain stores into
 * memory that both have mapped.
 *
 * The memory is a pool of chunks. Each vCPU writes into a chunk of its own, and
 * takes another when that is full: chained by `next`, so that user space finds
 * a vCPU's events in their order. What it has read goes back to the pool. A
 * vCPU has one writer, for its events come one after another, and user space is
 * the only reader: neither waits for the other, and nobody calls a helper but
 * to take a chunk. An event that finds none is counted, and the chunk that is
 * taken next says how many there were.
 *
 * Entries are nearly always followed by an exit. So an entry is held on the tape
 * itself, and goes into the chunk together with the event that comes next: words
 * are written in pairs, of which the first is 0 where no entry was held.
 *
 * Compiled into BPF and into C. np_chunk_take() and np_chunk_at() are of whoever
 * includes this: a map behind them there, an array here.
 */
#ifndef NESTPROF_RECORD_CHUNKS_H
#define NESTPROF_RECORD_CHUNKS_H

#include <stdbool.h>

#include "bpf/record_event.h"

#define NP_CHUNK_BITS 10
#define NP_CHUNK_WORDS (1 << NP_CHUNK_BITS)
#define NP_CHUNK_HEAD 2 /* words; pairs begin behind them */
#define NP_CHUNK_PAIRS ((NP_CHUNK_WORDS - NP_CHUNK_HEAD) / 2)

struct np_chunk {
	union {
		struct {
			__u64 lost; /* events of the vCPU that came before, and found no chunk */
			__u32 next; /* the vCPU's next chunk + 1: this one is full; 0: not yet */
			__u32 pad;
		};
		__u64 word[NP_CHUNK_WORDS];
	};
};

_Static_assert(sizeof(struct np_chunk) == 8 * NP_CHUNK_WORDS, "BPF and C disagree");

/* L1 runs, or L0 for it, for certain: until it enters L2. */
enum np_in_l1 { NP_NOT_CERTAIN, NP_IN_L1, NP_IN_L1_BRIEFLY };

/* What came last that the next exit tells more about: what L1 was given, whether L2 ran. */
enum np_from { NP_FROM_L1, NP_FROM_L2, NP_FROM_ENTRY, NP_FROM_HALTED_ENTRY };

/* Why an entry into L2 fails: by VMRESUME's own failure, or by an exit after it. */
enum np_refused { NP_NOT_REFUSED, NP_REFUSED_AT_ONCE, NP_REFUSED_BY_EXIT };

/* What a vCPU writes. Its slot in the programs' table is one of these. */
struct np_tape {
	__u64 key;    /* address of its struct kvm_vcpu, NP_KEY_GONE; 0: a free slot */
	__u32 tgid;   /* the process that runs it */
	__u16 vcpu_id; /* its number within its VM */
	__u8 isa;
	__u8 typed;   /* its struct vcpu_vmx is known (bpf/reason.bpf.h) */
	__u32 first;  /* its first chunk + 1; 0: none yet */
	/*
	 * Where the next event goes, counted in words of the pool. At the end of
	 * a chunk, and at 0, it takes another one first.
	 */
	__u32 at;
	__u64 held;   /* an entry, until the next event; 0: none */
	__u64 lost;   /* since it took its last chunk */
	__u32 slot;   /* its own number + 1 */
	__u8 entered; /* L2 was seen to run */
	__u8 in_l1;   /* enum np_in_l1 */
	__u8 brief;   /* entries into L1 are left out, until L2 exits */
	__u8 from;    /* enum np_from */
	__u32 until_detailed; /* so many of L2's exits are brief first */
	__u8 unsaid;  /* L1 enters L2, it seems, and that is not recorded yet */
	__u8 halts;   /* L1 was seen to have L2 begin halted: entries into L1 may matter */
	__u8 refused; /* enum np_refused: what L1's entry came to */
	__u8 timed;   /* an entry into L2 was recorded when it began */
	__u8 pad[8];
};

_Static_assert(sizeof(struct np_tape) == 64, "BPF and C disagree");

/* User space must see what is written before in time. x86 keeps the order of stores. */
#define np_publish(what, value)                                                                    \
	do {                                                                                       \
		__asm__ volatile("" ::: "memory");                                                 \
		*(volatile __typeof__(what) *)&(what) = (value);                                   \
	} while (0)

static inline __attribute__((always_inline)) bool np_tape_is_full(__u32 at)
{
	return !(at & (NP_CHUNK_WORDS - 1));
}

struct np_chunks;

#ifndef __bpf__
/* In C, the caller's: all chunks, and a stack of those that are free. */
struct np_chunks {
	struct np_chunk *chunk;
	__u32 max;
	__u32 nr_free;
	__u32 *free; /* indexes + 1 */
};

static inline __u32 np_chunk_take(struct np_chunks *c)
{
	return c->nr_free ? c->free[--c->nr_free] : 0;
}

static inline struct np_chunk *np_chunk_at(struct np_chunks *c, __u32 index)
{
	return index < c->max ? &c->chunk[index] : 0;
}
#else
static __always_inline __u32 np_chunk_take(struct np_chunks *c);
static __always_inline struct np_chunk *np_chunk_at(struct np_chunks *c, __u32 index);
#endif

/* Links a fresh chunk to the vCPU's others. False: there is none, and an event is lost. */
static inline __attribute__((always_inline)) bool np_tape_turn(struct np_chunks *chunks,
							       struct np_tape *t)
{
	__u32 fresh = np_chunk_take(chunks);
	struct np_chunk *c = fresh ? np_chunk_at(chunks, fresh - 1) : 0;
	struct np_chunk *full;

	if (!c) {
		t->lost += 1 + np_event_stands_for(t->held);
		t->held = 0;
		return false;
	}
	c->lost = t->lost;
	t->lost = 0;
	full = t->first ? np_chunk_at(chunks, (t->at - 1) >> NP_CHUNK_BITS) : 0;
	if (full)
		np_publish(full->next, fresh);
	else
		np_publish(t->first, fresh);
	np_publish(t->at, (fresh - 1) * NP_CHUNK_WORDS + NP_CHUNK_HEAD);
	return true;
}

/* The vCPU has room for a pair: np_tape_turn() was called where it is full. */
static inline __attribute__((always_inline)) void np_tape_write(struct np_chunks *chunks,
								struct np_tape *t, __u64 word)
{
	struct np_chunk *c = np_chunk_at(chunks, t->at >> NP_CHUNK_BITS);
	__u64 held = t->held, *pair;
	__u32 at;

	if (!c) /* for the verifier alone */
		return;
	__asm__ volatile("" ::: "memory"); /* a load costs less than a register that is kept */
	at = t->at;
	pair = &c->word[at & (NP_CHUNK_WORDS - 2)];
	if (held) { /* a chunk is all zero when it is taken */
		pair[0] = held;
		t->held = 0;
	}
	pair[1] = word;
	np_publish(t->at, at + 2);
}

/* The same where none is held. */
static inline __attribute__((always_inline)) void np_tape_write_alone(struct np_chunks *chunks,
								      struct np_tape *t, __u64 word)
{
	struct np_chunk *c = np_chunk_at(chunks, t->at >> NP_CHUNK_BITS);
	__u32 at = t->at;

	if (!c) /* for the verifier alone */
		return;
	c->word[(at & (NP_CHUNK_WORDS - 2)) + 1] = word;
	np_publish(t->at, at + 2);
}

/* Two at once. */
static inline __attribute__((always_inline)) void np_tape_write_both(struct np_chunks *chunks,
								     struct np_tape *t,
								     __u64 first, __u64 word)
{
	struct np_chunk *c = np_chunk_at(chunks, t->at >> NP_CHUNK_BITS);
	__u32 at = t->at;

	if (!c) /* for the verifier alone */
		return;
	c->word[at & (NP_CHUNK_WORDS - 2)] = first;
	c->word[(at & (NP_CHUNK_WORDS - 2)) + 1] = word;
	np_publish(t->at, at + 2);
}

#endif
