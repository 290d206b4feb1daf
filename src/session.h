/* session.h: the rooms put together: what a run holds while it lasts, opened
 * and closed.
 * Layer main; uses all rooms. For run.c and preview.c. */
#ifndef SESSION_H
#define SESSION_H

#include <stdatomic.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/options.h"
#include "cli/report.h"
#include "engine/fetch.h"
#include "engine/plan.h"
#include "provider/provider.h"

struct quota_view;
struct sink;
struct stop;
struct symbol_list;

/* What main has found out before the session; const during it. */
struct session_config {
	const struct options *options;
	const struct symbol_list *list;
	const struct provider *provider;
	const struct provider_account *account;
	struct stop *stop;
	int64_t started_ns;
	int64_t deadline_ns; /* CLOCK_NEVER: none */
	int state_dirfd;     /* -1: nothing is shared or remembered */
	bool stdout_is_closed;
	/* Prints one line to stderr; any thread. */
	void (*say)(void *arg, const char *line);
};

struct session {
	const struct session_config *config;
	const struct options *options;
	struct plan plan;
	struct fetch_shared shared; /* the engine's parts are owned here */
	atomic_bool has_stray_resolver;
	struct exchange_book *book;
	struct pool *pool;
	struct buf key; /* names the account */
	struct sink *sink;
	double latency_sec; /* moving average, for --workers auto */
};

/* Makes the plan, opens output and engine; threads start last. On failure
 * session_close is still due. Errors: USAGE, OUTPUT, SYSTEM. */
MUST_CHECK int session_open(struct session *run,
			    const struct session_config *config,
			    struct err *err);
void session_close(struct session *run);

/* The account's rate and what the options make of it; 0: unlimited. */
int session_rate(const struct session_config *c);

void session_make_plan(const struct session_config *c, struct plan *plan);

/* view: what the quota shows of the others' use; NULL: nothing is known. */
struct cost session_cost(const struct session_config *c,
			 const struct plan *plan,
			 const struct quota_view *view);

/* The text that quota and token are kept under. Errors: USAGE. */
MUST_CHECK int session_name_account(const struct session_config *c,
				    struct buf *key, struct err *err);
struct quota *session_open_quota(const struct session_config *c,
				 const char *key, struct err *err);
struct credential *session_open_credential(const struct session_config *c,
					   const char *key, struct err *err);

#endif
