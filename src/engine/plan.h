/* plan.h: from the list to the fewest requests, made as they are needed.
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

struct provider;
struct provider_account;

/* The list as the plan sees it: entries 0 to count - 1. */
struct plan_input {
	const void *list;
	size_t count;
	/* The entry's symbol (exchange: a hint), or NULL: not to be fetched. */
	const struct symbol *(*at)(const void *list, uint32_t i);
	bool (*is_priority)(const void *list, uint32_t i);
	bool has_priority;
};

struct plan_config {
	const struct provider *provider;
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
	struct plan_cursor cursor[2]; /* batched and single symbols */
	size_t left[2];               /* symbols not yet in a request */
	size_t calls_left;            /* for the batched ones */
	bool uses_single_calls;       /* there is no multi call */
};

void plan_init(struct plan *p, const struct plan_config *config,
	       const struct plan_input *input);

/* Requests still to come; a US symbol of unknown exchange may cost three
 * calls but is one request. */
size_t plan_requests_left(const struct plan *p);

/* The next request, owned by the caller; NULL with *done set when there is
 * none. Errors: SYSTEM. */
MUST_CHECK struct request *plan_next(struct plan *p, bool *done,
				     struct err *err);

/* The multi call is not to be had: one symbol a request from now on. */
void plan_use_single_calls(struct plan *p);

#endif
