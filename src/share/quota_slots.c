/* SPDX-License-Identifier: MIT */
#include "share/quota_slots.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "share/limiter_state.h"

static const uint64_t MAGIC = UINT64_C(0x0002515547465400) + QUOTA_LAYOUT;

struct slot_head { /* followed by the state's bytes in use */
	uint64_t magic;
	uint64_t birth;
	uint64_t is_successor;
	uint64_t serial; /* the lowest bit is the slot's number */
	uint64_t length;
	uint64_t state_sum;
	uint64_t head_sum; /* of all before it */
};

/* A head lies within one page: a killed process has written it, or not. */
enum { SLOT_BYTES = 1 << 16 };
_Static_assert(sizeof(struct slot_head) + sizeof(struct limiter_state) <=
		       SLOT_BYTES,
	       "a slot holds the largest state");

static off_t slot_offset(uint64_t serial)
{
	return (off_t)(serial % 2) * SLOT_BYTES;
}

static uint64_t sum_of_head(const struct slot_head *head)
{
	return hash_bytes(head, offsetof(struct slot_head, head_sum), 0);
}

static bool read_head(int fd, uint64_t slot, struct slot_head *head)
{
	return pread(fd, head, sizeof *head, slot_offset(slot)) ==
		       sizeof *head &&
	       head->magic == MAGIC && head->serial % 2 == slot &&
	       head->birth != 0 &&
	       head->length <= sizeof(struct limiter_state) &&
	       head->head_sum == sum_of_head(head);
}

static bool read_state(int fd, const struct slot_head *head,
		       struct quota_history *h, struct limiter_state *l)
{
	*h = (struct quota_history){ .birth = head->birth,
				     .serial = head->serial,
				     .is_successor = head->is_successor != 0 };
	return pread(fd, l, head->length,
		     slot_offset(head->serial) + (off_t)sizeof *head) ==
		       (ssize_t)head->length &&
	       hash_bytes(l, head->length, 0) == head->state_sum &&
	       limiter_state_is_valid(l, head->length);
}

/* What the reader knows is not in h, of which the last change may be missing:
 * the file was removed, or an older one put back. Who began a successor has seen to
 * it. */
static bool lacks(const struct quota_history *h, uint64_t missing,
		  const struct quota_history *known)
{
	if (!known->birth)
		return false;
	return h->birth == known->birth ? h->serial + missing < known->serial
					: !h->is_successor;
}

void quota_slots_begin(struct quota_history *h, struct limiter_state *l)
{
	uint64_t seed[] = { (uint64_t)clock_monotonic_ns(),
			    (uint64_t)clock_real_ms(), (uint64_t)getpid(),
			    (uintptr_t)h };

	*h = (struct quota_history){ .birth = hash_bytes(seed, sizeof seed, 0) |
					      1 };
	limiter_state_init(l, clock_monotonic_ns());
}

enum quota_found quota_slots_read(int fd, const struct quota_history *known,
				  struct quota_history *h,
				  struct limiter_state *l)
{
	struct slot_head head[2];
	bool is_good[2];
	int i, newest;

	for (i = 0; i < 2; i++)
		is_good[i] = read_head(fd, (uint64_t)i, &head[i]);
	newest = is_good[1] && (!is_good[0] || head[1].serial > head[0].serial);
	if (is_good[newest] && read_state(fd, &head[newest], h, l)) {
		if (lacks(h, 0, known))
			return FOUND_LOST;
		return is_good[!newest] ? FOUND_WHOLE : FOUND_LAGS;
	}
	/* The newest is damaged. The one before it lacks one change. */
	if (is_good[0] && is_good[1] && head[0].birth == head[1].birth &&
	    head[!newest].serial + 1 == head[newest].serial &&
	    read_state(fd, &head[!newest], h, l))
		return lacks(h, 1, known) ? FOUND_LOST : FOUND_LAGS;
	quota_slots_begin(h, l);
	return FOUND_LOST;
}

int quota_slots_write(int fd, struct quota_history *h,
		      const struct limiter_state *l, struct err *err)
{
	struct slot_head head = {
		.magic = MAGIC,
		.birth = h->birth,
		.is_successor = h->is_successor,
		.serial = h->serial + 1,
		.length = limiter_state_size(l),
	};
	off_t at = slot_offset(head.serial);
	ssize_t n;

	head.state_sum = hash_bytes(l, head.length, 0);
	head.head_sum = sum_of_head(&head);
	n = pwrite(fd, l, head.length, at + (off_t)sizeof head);
	if (n == (ssize_t)head.length)
		n = pwrite(fd, &head, sizeof head, at) == sizeof head ? 0 : -1;
	else if (n >= 0)
		errno = ENOSPC;
	if (n != 0)
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot write the state");
	h->serial = head.serial;
	return 0;
}

uint64_t quota_slots_peek(int fd)
{
	uint64_t serial[2] = { 0, 0 };
	int i;

	for (i = 0; i < 2; i++)
		if (pread(fd, &serial[i], sizeof serial[i],
			  slot_offset((uint64_t)i) +
				  (off_t)offsetof(struct slot_head, serial)) <
		    0)
			return 0;
	return serial[0] > serial[1] ? serial[0] : serial[1];
}
