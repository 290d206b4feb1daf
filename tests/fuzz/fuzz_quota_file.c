/* SPDX-License-Identifier: MIT */
/* Any bytes as the shared quota's file, or (first byte odd) as the state that
 * a checksum vouches for: no crash, no wait for ever for what is not so,
 * and what comes out is a state again. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "share/quota_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "share/limiter.h"
#include "share/limiter_loss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t NOW = 1000 * NS_PER_SEC;

static void check_state(const struct limiter_state *l)
{
	require(limiter_state_is_valid(l, limiter_state_size(l)));
}

/* Some calls of a user of its own on whatever there is. */
static void use_state(struct limiter_state *l)
{
	static const enum limiter_end ends[] = { LIMITER_ACCEPTED, LIMITER_REFUSED,
						 LIMITER_ABANDONED, LIMITER_UNSENT };
	struct limiter_user me = { .id = 0x4242, .rate = 18, .published = 18,
				   .call_max_ns = NS_PER_SEC,
				   .window_ns = NS_PER_SEC };
	struct limiter_view view;
	int64_t now = NOW, at;
	uint64_t ticket = 1;
	int i;

	for (i = 0; i < 8; i++) {
		switch (limiter_ask(l, &me, now, CLOCK_NEVER, &ticket, &at)) {
		case LIMITER_GRANTED:
			require(at >= now && at <= now + LIMITER_HORIZON_NS);
			limiter_confirm(l, &me, ticket, at);
			break;
		case LIMITER_AGAIN:
			require(at > now && at <= now + NS_PER_SEC);
			break;
		case LIMITER_LATE:
			require(!"nothing is later than never");
		}
		now = at + 50 * NS_PER_MS;
		check_state(l);
		limiter_end(l, &me, ticket, ends[i % 4], now, i * NS_PER_MS, now);
		check_state(l);
		limiter_reap(l, (size_t)i, now);
		limiter_note_left(l, &me, i, i * NS_PER_SEC / 5, now);
		limiter_note_calls(l, &me, i % 2, now);
		limiter_look(l, &me, now, &view);
		require(view.pace_per_sec >= 1 && view.pace_per_sec <= LIMITER_RATE_MAX);
		require(view.users >= 0 && view.users <= LIMITER_USERS);
	}
}

static void try_state(struct limiter_state *l, const uint8_t *data, size_t size)
{
	if (size > sizeof *l)
		size = sizeof *l;
	memset(l, 0, sizeof *l);
	memcpy(l, data, size);
	if (limiter_state_is_valid(l, size))
		use_state(l);
}

static void try_file(struct limiter_state *l, const uint8_t *data, size_t size)
{
	struct quota_file f;
	struct err err;
	char path[] = "/tmp/fuzz_quota.XXXXXX";
	int dirfd, fd;

	require(mkdtemp(path));
	dirfd = open(path, O_RDONLY | O_DIRECTORY);
	require(dirfd >= 0 && quota_file_init(&f, dirfd, "", 1, &err) == 0);
	fd = openat(dirfd, f.name, O_WRONLY | O_CREAT, 0600);
	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);

	quota_file_peek(&f, l);
	check_state(l);
	require(quota_file_begin(&f, l, NULL, CLOCK_NEVER, &err) == 0);
	check_state(l);
	if (f.found != FOUND_WHOLE)
		limiter_note_loss(l, &(struct limiter_user){ .id = 1, .window_ns = NS_PER_SEC },
				  f.found == FOUND_LOST, NOW);
	check_state(l);
	require(quota_file_commit(&f, l, &err) == 0);
	use_state(l);
	unlinkat(dirfd, f.name, 0);
	close(dirfd);
	rmdir(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct limiter_state l;

	if (size > 0 && data[0] % 2)
		try_state(&l, data + 1, size - 1);
	else if (size > 0)
		try_file(&l, data + 1, size - 1);
	return 0;
}
