/* SPDX-License-Identifier: MIT */
#include "engine/limit.h"

#include <stdlib.h>

#include "base/sync.h"

struct limit { /* lock key: l under mu */
	struct mutex mu;
	struct cond changed;  /* l: inside < limit, or closed */
	int limit, limit_max; /* l */
	int inside;           /* l */
	int clean;            /* l: answers since the limit last changed */
	uint32_t epoch;       /* l: counts the cuts */
	bool is_closed;       /* l */
};

struct limit *limit_new(int limit, struct err *err)
{
	struct limit *g = err_calloc(sizeof *g, err);

	if (!g)
		return NULL;
	g->limit = g->limit_max = limit;
	if (mutex_init(&g->mu, err) == 0 && cond_init(&g->changed, err) == 0)
		return g;
	limit_free(g);
	return NULL;
}

void limit_free(struct limit *g)
{
	if (!g)
		return;
	cond_destroy(&g->changed);
	mutex_destroy(&g->mu);
	free(g);
}

int limit_enter(struct limit *g, struct limit_pass *pass, int64_t deadline_ns,
		struct err *err)
{
	bool in_time = true, is_closed;

	mutex_lock(&g->mu);
	while (g->inside >= g->limit && !g->is_closed && in_time)
		in_time = cond_wait_until(&g->changed, &g->mu, deadline_ns);
	is_closed = g->is_closed;
	in_time = g->inside < g->limit;
	if (!is_closed && in_time) {
		g->inside++;
		pass->epoch = g->epoch;
	}
	mutex_unlock(&g->mu);
	if (is_closed)
		return err_set(err, ERR_CANCELED, "interrupted");
	if (!in_time)
		return err_set(err, ERR_DEADLINE, "the time is up");
	return 0;
}

static void cut(struct limit *g) REQUIRES(g->mu)
{
	g->limit = g->limit > 1 ? g->limit / 2 : 1;
	g->epoch++;
	g->clean = 0;
}

static void recover(struct limit *g) REQUIRES(g->mu)
{
	if (g->limit == g->limit_max || ++g->clean < g->limit)
		return;
	g->limit++;
	g->clean = 0;
}

void limit_leave(struct limit *g, struct limit_pass pass,
		 enum limit_report report)
{
	mutex_lock(&g->mu);
	require(g->inside > 0);
	g->inside--;
	if (report == LIMIT_OVERLOAD && pass.epoch == g->epoch)
		cut(g);
	else if (report == LIMIT_CLEAN)
		recover(g);
	mutex_unlock(&g->mu);
	cond_broadcast(&g->changed);
}

void limit_widen(struct limit *g)
{
	mutex_lock(&g->mu);
	g->limit++;
	g->limit_max++;
	mutex_unlock(&g->mu);
	cond_broadcast(&g->changed);
}

void limit_close(struct limit *g)
{
	mutex_lock(&g->mu);
	g->is_closed = true;
	mutex_unlock(&g->mu);
	cond_broadcast(&g->changed);
}
