/* SPDX-License-Identifier: MIT */
/* upstream.h: one account of one source, with what guards it.
 * Layer engine; uses base, provider, net, share, limit.
 *
 * Each source of a run has an upstream of its own, so that none waits for
 * another: its quota and its token are shared with other processes under the
 * name of source, account, host and login; its limit of calls in flight is
 * this run's. Const once opened, but for what locks itself. */
#ifndef ENGINE_UPSTREAM_H
#define ENGINE_UPSTREAM_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/http.h"
#include "provider/provider.h"

struct credential;
struct limit;
struct quota;
struct stop;

/* What a worker may have to wait for before its call leaves. */
enum upstream_wait { UPSTREAM_WAITS_TOKEN, UPSTREAM_WAITS_QUOTA };

struct upstream_config {
	const struct provider *provider;
	const struct provider_account *account;
	struct provider_login login; /* borrowed, as are all texts here */
	const char *base_url;
	enum venue venue;
	int rate;     /* calls a second; negative: as published; 0: no limit */
	size_t batch; /* symbols a call */
	int limit;    /* calls in flight */
	int state_dirfd; /* -1: nothing is shared */
	bool shares_quota;
	struct http_config http;
	struct stop *stop;
	int64_t deadline_ns, try_timeout_ns;
	/* Prints a line to stderr, any thread: warnings; what is done and why. */
	say_fn *warn;
	say_fn *say; /* NULL: not wanted */
	/* A worker begins (1) or ends (-1) to wait, any thread; NULL: nobody
	 * wants to know. */
	void (*wait)(void *arg, enum upstream_wait what, int delta);
	void *say_arg; /* of all three */
};

struct upstream {
	struct upstream_config config;
	struct provider_call call; /* without a token */
	struct buf key;            /* names the account */
	struct quota *quota;
	struct credential *credential; /* NULL: none is needed */
	struct limit *limit;
};

/* Only what tells the account: quota and credential, for those who look at
 * them (--quota, --plan). Errors: USAGE, SYSTEM; upstream_close is due. */
MUST_CHECK int upstream_open_account(struct upstream *u,
				     const struct upstream_config *config,
				     struct err *err);

/* All of it. Errors: the same. */
MUST_CHECK int upstream_open(struct upstream *u,
			     const struct upstream_config *config,
			     struct err *err);
void upstream_close(struct upstream *u);

/* Wakes all who wait for a guard, for good. */
void upstream_stop(struct upstream *u);

/* Appends the account's name, which has the key in it: what is shared by all of
 * its users, and by nobody else, goes by it. */
void upstream_put_key(const struct upstream_config *config, struct buf *out);

/* Calls a second that the account and --rate allow; 0: unlimited. */
int upstream_rate(const struct upstream_config *config);

#endif
