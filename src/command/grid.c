/* SPDX-License-Identifier: MIT */
#include "command/grid.h"

#include "base/err.h"

void grid_init(struct grid *g, int64_t start_ns, int64_t interval_ns)
{
	require(interval_ns > 0);
	*g = (struct grid){ .start_ns = start_ns, .interval_ns = interval_ns };
}

int64_t grid_next_ns(const struct grid *g)
{
	return g->start_ns + g->next * g->interval_ns;
}

void grid_advance(struct grid *g)
{
	g->next++;
}

size_t grid_skip(struct grid *g, int64_t now_ns)
{
	int64_t past_ns = now_ns - grid_next_ns(g);
	int64_t skipped = past_ns > 0 ? (past_ns - 1) / g->interval_ns + 1 : 0;

	g->next += skipped;
	return (size_t)skipped;
}
