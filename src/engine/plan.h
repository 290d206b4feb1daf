/* SPDX-License-Identifier: MIT */
/* plan.h: from the list to the fewest requests to one source, made as they are
 * needed.
 * Layer engine; uses base, model, provider.
 *
 * Symbols that share a call are spread evenly (31 with 30 a call: 16 + 15, side
 * by side), in the order of the list; those given priority come first. */
#ifndef ENGINE_PLAN_H
#define ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/quote.h"

struct provider_account;

/* The list as the plan sees it: entries 0 to count - 1. */
struct plan_input {
	const void *list;
	size_t count;
	/* The entry's symbol, or NULL: not to be fetched. */
	const struct symbol *(*at)(const void *list, uint32_t i);
	bool (*is_priority)(const void *list, uint32_t i);
	bool has_priority; /* else is_priority is not asked, and may be NULL */
};

enum plan_lane { LANE_BATCHED, LANE_SINGLE, PLAN_LANES };

struct plan_config {
	uint8_t source; /* only markets with source_of[market] == source */
	const uint8_t *source_of; /* by market; NULL: all are this plan's */
	const struct provider_account *account;
	size_t batch; /* symbols a call, 1 to REQUEST_MAX */
	bool wants_detail;
	bool wants_raw;
};

struct plan_cursor {
	uint32_t at;
	bool is_first_pass; /* of the priority entries */
};

struct plan {
	struct plan_config config;
	struct plan_input input;
	struct plan_cursor cursor[PLAN_LANES];
	size_t left[PLAN_LANES]; /* symbols not yet in a request */
	size_t calls_left;       /* for the batched ones */
	size_t to_complete; /* symbols of the list, as plan_completes says */
	bool uses_single_calls; /* there is no multi call */
};

/* Where a symbol of the market goes: with others into a call, or alone. */
enum plan_lane plan_lane_of(const struct plan *p, enum market market);

/* Whether what the detail call tells of the market is completed by the multi
 * call, which has the name and the offers. */
bool plan_completes(const struct plan *p, enum market market);

/* Sets what a request of the lane asks for, from its first item on. */
void plan_set_request(const struct plan *p, enum plan_lane lane,
		      struct request *r);

void plan_init(struct plan *p, const struct plan_config *config,
	       const struct plan_input *input);

/* Requests still to come; a US symbol of unknown exchange may cost three
 * calls but is one request. */
size_t plan_requests_left(const struct plan *p);

/* All calls of a plan that has not begun, with those that complete. */
size_t plan_calls(const struct plan *p);

/* The next request, owned by the caller; NULL with *done set when there is
 * none. Errors: SYSTEM. */
MUST_CHECK struct request *plan_next(struct plan *p, bool *done,
				     struct err *err);

/* The same of one lane, which has symbols left. */
MUST_CHECK struct request *plan_next_of(struct plan *p, enum plan_lane lane,
					struct err *err);

/* The multi call is not available: one symbol a request from now on. */
void plan_use_single_calls(struct plan *p);

#endif
