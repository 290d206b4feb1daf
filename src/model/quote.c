/* SPDX-License-Identifier: MIT */
#include "model/quote.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static void fill(const char **text, const char *from, struct arena *texts)
{
	if (!*text && from)
		*text = arena_copy(texts, from, strlen(from));
}

void quote_complete(struct quote *q, const struct quote *from,
		    struct arena *texts)
{
	fill(&q->name, from->name, texts);
	fill(&q->number[QUOTE_BID], from->number[QUOTE_BID], texts);
	fill(&q->number[QUOTE_ASK], from->number[QUOTE_ASK], texts);
}

struct request *request_new(size_t cap)
{
	struct request *r = calloc(1, sizeof *r + cap * sizeof *r->item);

	require(cap > 0 && cap <= REQUEST_MAX);
	if (r)
		r->cap = cap;
	return r;
}

void request_free(struct request *r)
{
	free(r);
}

struct request *request_copy(const struct request *r, size_t first,
			     size_t count)
{
	struct request *copy = request_new(count);

	require(first + count <= r->count);
	if (!copy)
		return NULL;
	memcpy(copy, r, sizeof *r);
	copy->count = copy->cap = count;
	memcpy(copy->item, r->item + first, count * sizeof *r->item);
	return copy;
}

void verdict_init(struct verdict *v)
{
	*v = (struct verdict){ .culprit = -1, .calls_left = -1 };
}

struct result *result_new(struct request *r)
{
	struct result *result =
		calloc(1, sizeof *result + r->count * sizeof *result->outcome);

	if (!result)
		return NULL;
	arena_init(&result->texts);
	verdict_init(&result->verdict);
	result->request = r;
	return result;
}

void result_free(struct result *r)
{
	if (!r)
		return;
	request_free(r->request);
	arena_release(&r->texts);
	free(r);
}

void result_reset(struct result *r)
{
	struct request *request = r->request;

	arena_release(&r->texts);
	memset(r, 0, sizeof *r + request->count * sizeof *r->outcome);
	arena_init(&r->texts);
	verdict_init(&r->verdict);
	r->request = request;
}

void result_fail(struct result *r, const struct err *err)
{
	const struct verdict *v = &r->verdict;
	bool is_refused = !v->rt_cd || strcmp(v->rt_cd, "0") != 0;
	int64_t now_ms = clock_real_ms();
	size_t i;

	for (i = 0; i < r->request->count; i++)
		r->outcome[i] = (struct outcome){
			.err = *err,
			.rt_cd = is_refused ? v->rt_cd : NULL,
			.msg_cd = is_refused ? v->msg_cd : NULL,
			.msg1 = is_refused ? v->msg1 : NULL,
			.attempts = r->request->item[i].attempts,
			.latency_ms = r->latency_ms,
			.fetched_at_ms = now_ms
		};
}
