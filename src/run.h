/* run.h: one run, from the list to the last record.
 * Layer main; uses session. */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>

#include "base/err.h"
#include "cli/stats.h"

struct session_config;

struct run_report {
	struct stats stats;
	bool output_failed;
	struct err output_err; /* when output_failed */
	bool stopped_early;    /* everything failed alike: */
	struct err early_err;
	bool has_stray_resolver; /* leave by _exit */
};

/* Fetches and writes everything. Returns -1 only when the run could not begin;
 * what happens later is in the report.
 * Errors: USAGE, OUTPUT, SYSTEM. */
MUST_CHECK int run_fetch(const struct session_config *config,
			 struct run_report *report, struct err *err);

#endif
