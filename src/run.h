/* run.h: one run, from the list to the last record.
 * Layer main; uses all rooms. */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/options.h"
#include "cli/stats.h"
#include "provider/provider.h"

struct stop;
struct symbol_list;

/* What main has found out before the run; const during it. */
struct run_config {
	const struct options *options;
	const struct symbol_list *list;
	const struct provider *provider;
	const struct provider_account *account;
	struct stop *stop;
	int64_t started_ns;
	int64_t deadline_ns;     /* CLOCK_NEVER: none */
	int state_dirfd;         /* -1: nothing is shared or remembered */
	bool stdout_is_closed;
	/* Prints one line to stderr; any thread. */
	void (*say)(void *arg, const char *line);
};

enum { EXIT_OUTPUT_GONE = 141 };

struct run_report {
	struct stats stats;
	struct err output_err;   /* when output_failed */
	bool output_failed;
	bool stopped_early;      /* everything failed alike: */
	struct err early_err;
	bool has_stray_resolver; /* leave by _exit */
};

/* Fetches and writes everything. Returns -1 only when the run could not begin;
 * what happens later is in the report.
 * Errors: USAGE, OUTPUT, SYSTEM. */
MUST_CHECK int run_fetch(const struct run_config *config,
			 struct run_report *report, struct err *err);

/* --plan: prints the cost. --quota: prints what the shared state shows. No
 * network. Errors: OUTPUT, SYSTEM. */
MUST_CHECK int run_plan(const struct run_config *config, struct err *err);
MUST_CHECK int run_quota(const struct run_config *config, struct err *err);

#endif
