/* SPDX-License-Identifier: MIT */
/* report.h: what a run would cost (--plan), and what the quota shows
 * (--quota), in words or as one JSON object.
 * Layer cli; uses base, share/quota, net/json_write. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct limiter_view;

/* What is to be fetched, and what quota and deadline allow. */
struct cost {
	const char *source; /* shown where a run has several; or NULL */
	size_t symbols;     /* asked for */
	size_t cached;      /* of those, known from an earlier run */
	size_t to_fetch;    /* of the rest, different and valid */
	size_t calls;       /* at least: a US symbol may need up to three */
	size_t batch;       /* symbols a call where they share one */
	size_t batch_max;   /* what the account allows */
	int rate_per_sec;   /* 0: unlimited */
	int window_sec;     /* of a window beyond a second; 0: there is none */
	int window_calls;   /* the most in any of those */
	double others_per_sec; /* what other processes use now */
	double timeout_sec;    /* 0: none */
};

/* Seconds that the quota alone takes for the calls. */
double cost_least_sec(const struct cost *c);

/* How many calls fit into the timeout. */
size_t cost_calls_that_fit(const struct cost *c);

/* Whether all calls can be made in time. */
bool cost_fits(const struct cost *c);

/* The --plan answer: "key: value" lines. */
void report_plan(const struct cost *c, struct buf *out);

/* One line for stderr when the calls do not fit, with what would help; else
 * nothing is appended. Returns whether they fit. */
bool report_misfit(const struct cost *c, struct buf *out);

/* The --quota answer: "key: value" lines. source: NULL where there is one only;
 * token_left_ms 0: no token. */
void report_quota(const char *source, const struct limiter_view *view,
		  int64_t token_left_ms, struct buf *out);

/* The same for programs: one object and a line end; what there is none of (a
 * limit, a timeout, a token) is null. */
void report_plan_json(const struct cost *c, struct buf *out);
void report_quota_json(const char *source, const struct limiter_view *view,
		       int64_t token_left_ms, struct buf *out);

#endif
