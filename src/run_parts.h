/* run_parts.h: what a run holds while it lasts, opened and closed.
 * Layer main; uses all rooms. For run.c and preview.c. */
#ifndef RUN_PARTS_H
#define RUN_PARTS_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "engine/fetch.h"
#include "engine/plan.h"
#include "run.h"

struct run {
	const struct run_config *config;
	const struct options *options;
	struct plan plan;
	struct fetch_shared shared;      /* the engine's parts are owned here */
	atomic_bool has_stray_resolver;
	struct exchange_book *book;
	struct pool *pool;
	struct buf key;                  /* names the account */
	struct buf text;                 /* rendered, not yet written */
	struct output *output;
	struct render *render;
	struct progress progress;
	struct delivery *delivery;
	double latency_sec;              /* moving average, for --workers auto */
};

/* Makes the plan, opens output and engine; threads start last. On failure
 * run_close is still due. Errors: USAGE, OUTPUT, SYSTEM. */
MUST_CHECK int run_open(struct run *r, const struct run_config *config,
			struct err *err);
void run_close(struct run *r);

/* The account's rate and what the options make of it; 0: unlimited. */
int run_rate(const struct run_config *c);

void run_make_plan(const struct run_config *c, struct plan *plan);
struct cost run_cost(const struct run_config *c, const struct plan *plan,
		     double others_per_sec);

/* The text that quota and token are kept under. Errors: USAGE. */
MUST_CHECK int run_name_account(const struct run_config *c, struct buf *key,
				struct err *err);
struct quota *run_open_quota(const struct run_config *c, const char *key,
			     struct err *err);
struct credential *run_open_credential(const struct run_config *c,
				       const char *key, struct err *err);

#endif
