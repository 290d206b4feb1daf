/* SPDX-License-Identifier: MIT */
/* Hands symbols from a source that cannot answer for them to one that may. */
#include "engine/scheduler_part.h"

#include <stdlib.h>
#include <string.h>

struct request_item *scheduler_add_moved(struct scheduler_moved *m)
{
	struct request_item *grown =
		err_grow(m->item, m->count, &m->cap, sizeof *grown, NULL);

	if (!grown)
		return NULL;
	m->item = grown;
	return &m->item[m->count++];
}

struct request *scheduler_request_moved(const struct scheduler_source *src,
					const struct scheduler_moved *m,
					size_t count, enum plan_lane lane)
{
	struct request *r = request_new(count);

	if (!r)
		return NULL;
	memcpy(r->item, m->item + m->count - count, count * sizeof *r->item);
	r->count = count;
	plan_set_request(&src->plan, lane, r);
	return r;
}

bool scheduler_move_item(struct scheduler *s, size_t source,
			 const struct request_item *item, enum err_kind why)
{
	size_t other = scheduler_find_other(s, source, item);
	struct scheduler_source *src;
	struct request_item *moved;

	if (other == SCHEDULER_NO_SOURCE)
		return false;
	src = &s->source[other];
	moved = scheduler_add_moved(
		&src->moved[plan_lane_of(&src->plan, item->symbol.market)]);
	if (!moved)
		return false; /* its own error is its record, then */
	*moved = *item;
	moved->asked = 0;
	moved->symbol.exchange = MARKET_NONE;
	moved->tried[moved->tried_count++] =
		(struct tried){ (uint8_t)source, (uint8_t)why };
	return true;
}

void scheduler_name_error(struct result *job)
{
	if (job->has_failed && !job->had_token && job->was_answered &&
	    job->err.kind != ERR_DEADLINE && job->err.kind != ERR_CANCELED)
		job->err.kind = ERR_AUTH;
}

struct result *scheduler_give_up(struct scheduler *s, struct result *job)
{
	size_t source = job->request->source, i, moved = 0;

	if (job->request->is_check) {
		result_reset(job);
		scheduler_take_check(s, job);
		return NULL;
	}
	scheduler_name_error(job);
	job->has_failed = true;
	result_fail(job, &job->err);
	if (job->err.kind == ERR_CANCELED)
		return job;
	for (i = 0; i < job->request->count; i++) {
		job->outcome[i].is_moved = scheduler_move_item(
			s, source, &job->request->item[i], job->err.kind);
		moved += job->outcome[i].is_moved;
	}
	if (moved < job->request->count)
		return job;
	result_free(job);
	return NULL;
}
