/* SPDX-License-Identifier: MIT */
/* grid.h: instants at equal distances, for what is done again and again; pure.
 * Layer command; uses base.
 *
 * The points lie at start + k * interval, for ever: a round that takes long
 * moves none of them. A point that has passed is left out, never made up for. */
#ifndef COMMAND_GRID_H
#define COMMAND_GRID_H

#include <stddef.h>
#include <stdint.h>

struct grid {
	int64_t start_ns, interval_ns;
	int64_t next; /* k of the next point */
};

/* The first point is start_ns. interval_ns: above 0. */
void grid_init(struct grid *g, int64_t start_ns, int64_t interval_ns);

/* When the next round is due. */
int64_t grid_next_ns(const struct grid *g);

/* A round began at the next point. */
void grid_advance(struct grid *g);

/* It ended at now_ns. Returns how many points passed meanwhile: they are left
 * out. A point that is just now is not over. */
size_t grid_skip(struct grid *g, int64_t now_ns);

#endif
