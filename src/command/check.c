/* SPDX-License-Identifier: MIT */
/* --check: what is well with this installation, what is not, and what to do.
 * No secret is shown. Each source's host is asked once for its root; with a login
 * one quote is asked for, too, and a token where there is none: nothing else shows
 * whether the login is right. All of it within the quota, and for later runs. */
#include "command/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/sync.h"
#include "cli/config.h"
#include "cli/options.h"
#include "command/account.h"
#include "command/exit_status.h"
#include "command/private_state.h"
#include "engine/fetch.h"
#include "engine/job_line.h"
#include "engine/upstream.h"
#include "net/http.h"
#include "net/json_write.h"
#include "provider/provider.h"
#include "provider/times.h"
#include "share/credential.h"
#include "share/quota.h"

enum {
	TEXT_MAX_BYTES = 64 * 1024,
	SKEW_MAX_SEC = 60,
	SPACE_MIN_BYTES = 1 << 20
};

struct check_report {
	const struct command *c;
	struct buf text;
	bool is_json;
	size_t bad;
};

PRINTF_LIKE(4, 5)
static void tell(struct check_report *r, bool is_well, const char *what,
		 const char *fmt, ...)
{
	char line[400];
	struct json_writer w;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	r->bad += !is_well;
	if (!r->is_json) {
		buf_printf(&r->text, "%-4s %-16s %s\n", is_well ? "ok" : "BAD",
			   what, line);
		return;
	}
	json_writer_init(&w, &r->text);
	json_begin_object(&w);
	json_add_string(&w, "check", what);
	json_add_bool(&w, "ok", is_well);
	json_add_string(&w, "text", line);
	json_end_object(&w);
	buf_putc(&r->text, '\n');
}

static void check_config(struct check_report *r)
{
	char *path = config_path(r->c->options);

	/* What is wrong in it has ended the program before this. */
	if (path && access(path, R_OK) == 0)
		tell(r, true, "config", "'%s'", path);
	else
		tell(r, true, "config",
		     "none: all from options and environment");
	free(path);
}

static void check_state(struct check_report *r)
{
	char *path = config_state_dir();
	struct statvfs fs;
	struct err why;
	int dirfd = r->c->state_dirfd;

	if (dirfd < 0)
		tell(r, false, "state",
		     "'%s' cannot be used: jobs share no "
		     "quota and no token: make it yours, mode 700",
		     path ? path : "(no home)");
	else if (!private_state_can_share(dirfd, &why))
		tell(r, false, "state",
		     "'%s' cannot be written: jobs share no quota and no "
		     "token: make it writable",
		     path);
	else if (fstatvfs(dirfd, &fs) == 0 &&
		 (uint64_t)fs.f_bavail * fs.f_frsize < SPACE_MIN_BYTES)
		tell(r, false, "state", "'%s' is on a full disk: free some",
		     path);
	else
		tell(r, true, "state", "'%s'", path);
	free(path);
}

/* Whether the login is complete; a command that prints the secret is not run. */
static bool check_login(struct check_report *r, const struct provider *p,
			const struct upstream_config *u)
{
	const struct options *o = r->c->options;
	bool has_command = u->login.secret == NULL && o->app_secret_cmd &&
			   strcmp(p->needs.secret, "app_secret") == 0;

	if (!p->needs.key) {
		tell(r, true, p->name, "needs no login");
		return true;
	}
	if (u->login.key && (u->login.secret || has_command)) {
		tell(r, true, p->name, "login: %s%s", p->needs.key,
		     has_command ? ", and a command for the secret"
				 : " and its secret");
		return true;
	}
	tell(r, false, p->name, "no %s: set %s; a key is free at %s",
	     u->login.key ? p->needs.secret : p->needs.key,
	     u->login.key ? p->needs.secret_variable : p->needs.key_variable,
	     p->needs.page);
	return false;
}

static void check_share(struct check_report *r, const struct provider *p,
			struct upstream *u)
{
	struct limiter_view view;
	struct err why;
	int64_t left_ms;

	quota_look(u->quota, &view);
	if (view.is_shared && !private_state_can_share(r->c->state_dirfd, &why))
		view.is_shared = false;
	tell(r, true, p->name,
	     "quota: %.1f of %.1f calls a second, %d "
	     "process%s active%s",
	     view.pace_per_sec, view.ceiling_per_sec, view.users,
	     view.users == 1 ? "" : "es", view.is_shared ? "" : ", not shared");
	if (!u->credential)
		return;
	left_ms = credential_peek_ms(u->credential);
	if (left_ms > 0)
		tell(r, true, p->name, "token: %d min left",
		     (int)(left_ms / 60000));
	else
		tell(r, true, p->name, "token: none yet");
}

static void check_clock(struct check_report *r, const struct provider *p,
			const struct http_response *response)
{
	const char *date = http_response_header(response, "Date");
	int64_t sec, skew;

	if (!date || !times_parse_http(date, &sec))
		return;
	skew = clock_real_ms() / 1000 - sec;
	if (skew > SKEW_MAX_SEC || skew < -SKEW_MAX_SEC)
		tell(r, false, "clock", "%d s %s that of %s: set it (NTP)",
		     (int)(skew < 0 ? -skew : skew),
		     skew < 0 ? "behind" : "before", p->name);
	else
		tell(r, true, "clock", "as that of %s", p->name);
}

/* Any HTTP answer is one. Returns whether there was one. */
static bool check_reach(struct check_report *r, const struct provider *p,
			struct upstream *u)
{
	const struct upstream_config *c = &u->config;
	int64_t until_ns = clock_monotonic_ns() + c->try_timeout_ns;
	struct http_request request;
	struct http_response response;
	struct quota_permit permit;
	struct http *http;
	struct err err;
	int rc = -1;

	http_request_init(&request);
	http_response_init(&response);
	http = http_new(&c->http, &err);
	http_request_set_url(&request, c->base_url, "/");
	if (http &&
	    quota_acquire(u->quota, &permit, c->stop, until_ns, &err) == 0) {
		rc = http_perform(http, &request, c->stop, until_ns, &response,
				  &err);
		quota_end_call(u->quota, &permit, &response, rc == 0,
			       rc < 0 ? &err : NULL);
	}
	if (rc == 0) {
		tell(r, true, p->name, "reached: %s in %d ms", c->base_url,
		     (int)((response.finished_ns - response.sent_ns) /
			   NS_PER_MS));
		check_clock(r, p, &response);
	} else {
		tell(r, false, p->name, "not reached: %s: %s", c->base_url,
		     err.msg);
	}
	http_free(http);
	http_response_release(&response);
	http_request_release(&request);
	return rc == 0;
}

/* A job for a share that each of them knows; NULL: no memory. */
static struct result *sample_job(const struct provider_account *account)
{
	bool has_korea = provider_batch_max(account, MARKET_KR) > 0;
	const char *code = has_korea ? "005930" : "AAPL";
	struct request *request = request_new(1);

	if (!request)
		return NULL;
	request->count = 1;
	request->is_single = true;
	require(symbol_parse(code, strlen(code),
			     has_korea ? MARKET_KR : MARKET_US,
			     &request->item[0].symbol, NULL) == 0);
	return job_new(request);
}

static void tell_access(struct check_report *r, const struct provider *p,
			const struct result *job)
{
	switch ((int)job->err.kind) {
	case ERR_AUTH:
	case ERR_TOKEN:
	case ERR_FORBIDDEN:
		if (job->err.retry_after_ms > 0)
			tell(r, true, p->name, "login: not tried: %s",
			     job->err.msg);
		else
			tell(r, false, p->name, "login: %s: set %s and %s anew",
			     job->err.msg, p->needs.key, p->needs.secret);
		break;
	default:
		tell(r, false, p->name, "no quote: %s", job->err.msg);
	}
}

/* Whether a token that is got now would be there for the next run: they are
 * issued once a minute. */
static bool can_keep_token(const struct check_report *r,
			   const struct upstream *u)
{
	struct err why;

	return !u->credential || credential_peek_ms(u->credential) > 0 ||
	       (r->c->state_dirfd >= 0 &&
		private_state_can_share(r->c->state_dirfd, &why));
}

static void check_access(struct check_report *r, const struct provider *p,
			 struct upstream *u)
{
	struct result *job;
	void *worker;
	struct err err;

	if (!u->config.login.secret)
		return;
	if (!can_keep_token(r, u)) {
		tell(r, true, p->name,
		     "login: not tried: a token could not be kept");
		return;
	}
	job = sample_job(u->config.account);
	worker = job ? fetch_worker_new(u, &err) : NULL;
	if (worker)
		fetch_work(worker, job);
	if (!worker)
		tell(r, false, p->name, "%s", job ? err.msg : "out of memory");
	else if (job->has_failed)
		tell_access(r, p, job);
	else
		tell(r, true, p->name, "login: accepted");
	fetch_worker_free(worker);
	result_free(job);
}

static void check_source(struct check_report *r, size_t i)
{
	const struct upstream_config config = accounts_upstream(r->c, i);
	const struct provider *p = config.provider;
	struct upstream u;
	struct err err;

	if (!check_login(r, p, &config))
		return;
	if (upstream_open(&u, &config, &err) < 0) {
		tell(r, false, p->name, "%s", err.msg);
	} else {
		if (check_reach(r, p, &u))
			check_access(r, p, &u);
		check_share(r, p, &u);
	}
	upstream_close(&u);
}

/* Not bad: what the source serves may not be wanted. */
static void tell_missing(struct check_report *r)
{
	const struct accounts *a = r->c->accounts;
	size_t i, k;

	for (i = 0; i < provider_count() && !a->are_named; i++) {
		const struct provider *p = provider_at(i);

		for (k = 0; k < a->count && a->provider[k] != p; k++)
			;
		if (k == a->count)
			tell(r, true, p->name,
			     "not in use: set %s and %s; a key is free at %s",
			     p->needs.key_variable, p->needs.secret_variable,
			     p->needs.page);
	}
}

int command_check(const struct command *c)
{
	struct check_report r = { .c = c,
				  .is_json =
					  c->options->format == FORMAT_JSON ||
					  c->options->format == FORMAT_NDJSON };
	size_t i;

	buf_init(&r.text, TEXT_MAX_BYTES);
	check_config(&r);
	check_state(&r);
	for (i = 0; i < c->accounts->count && !stop_reason(c->stop); i++)
		check_source(&r, i);
	tell_missing(&r);
	return exit_status_print(c, &r.text,
				 r.bad > 0 ? STATUS_SOME : STATUS_ALL);
}
