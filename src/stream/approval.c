/* SPDX-License-Identifier: MIT */
#include "stream/approval.h"

#include <string.h>

#include "base/clock.h"
#include "base/sync.h"
#include "net/http.h"
#include "share/quota.h"
#include "share/token_trust.h"

enum { ISSUE_INTERVAL_MS = 60 * 1000 };

#define FRESH_NS NS_PER_SEC /* until all of the broker's machines know it */

int approval_init(struct approval *a, const struct approval_config *config,
		  struct err *err)
{
	const struct credential_config credential = {
		.interval_ms = ISSUE_INTERVAL_MS,
		.call_max_ns = config->try_timeout_ns,
		.state_dirfd = config->state_dirfd,
		.key = config->key,
		.prefix = "approval",
		.noun = "approval key",
		.say = config->say,
		.say_arg = config->say_arg
	};

	*a = (struct approval){ .config = *config };
	http_request_init(&a->request);
	http_response_init(&a->response);
	a->http = http_new(&config->http, err);
	if (!a->http)
		return -1;
	a->credential = credential_new(&credential, err);
	return a->credential ? 0 : -1;
}

void approval_release(struct approval *a)
{
	http_free(a->http);
	credential_free(a->credential);
	http_request_release(&a->request);
	http_response_release(&a->response);
}

/* The call, as soon as the quota permits it. */
static int exchange(struct approval *a, struct provider_token *out,
		    struct err *err)
{
	const struct approval_config *c = &a->config;
	struct quota_permit permit;
	struct err why;
	bool is_answered;
	int rc;

	a->response.was_sent = false;
	if (c->quota &&
	    quota_acquire(c->quota, &permit, c->stop, CLOCK_NEVER, err) < 0)
		return -1;
	rc = http_perform(a->http, &a->request, c->stop,
			  clock_monotonic_ns() + c->try_timeout_ns,
			  &a->response, &why);
	is_answered = rc == 0;
	if (is_answered)
		rc = c->feed->parse_approval(&a->response, clock_real_ms(), out,
					     &why);
	if (c->quota)
		quota_end_call(c->quota, &permit, &a->response, is_answered,
			       rc < 0 ? &why : NULL);
	if (rc < 0)
		*err = why;
	return rc;
}

/* A credential_issue_fn. */
static int issue(void *arg, struct provider_token *out, enum issue_end *end,
		 struct err *err)
{
	struct approval *a = arg;
	const struct approval_config *c = &a->config;
	const struct provider_call call = { .account = c->account,
					    .login = c->login,
					    .base_url = c->base_url };
	int rc;

	*end = ISSUE_REFUSED;
	http_request_reset(&a->request);
	if (c->feed->build_approval(&call, &a->request, err) < 0)
		return -1;
	rc = exchange(a, out, err);
	a->is_fresh = rc == 0;
	if (rc == 0)
		*end = ISSUE_DONE;
	else if (a->response.was_sent &&
		 (a->response.status == 0 || a->response.status == 504))
		*end = ISSUE_UNKNOWN; /* it may have been issued */
	return rc < 0 ? err_wrap(err, "cannot get an approval key") : 0;
}

int approval_get(struct approval *a, bool is_dead, struct err *err)
{
	int doubts = is_dead && !a->is_fresh ? TOKEN_STRIKES_USELESS : 0;

	/* One word of the broker's is enough here: nothing else tries the key
	 * before the next session. */
	while (doubts-- > 0)
		credential_doubt(a->credential, a->lease.generation,
				 clock_monotonic_ns());
	if (is_dead && a->is_fresh &&
	    !stop_sleep_until(a->config.stop, clock_monotonic_ns() + FRESH_NS))
		return err_set(err, ERR_CANCELED, "interrupted");
	a->is_fresh &= !is_dead;
	return credential_get(a->credential, issue, a, a->config.stop,
			      CLOCK_NEVER, &a->lease, err);
}

void approval_confirm(struct approval *a, int64_t opened_ns)
{
	a->is_fresh = false;
	credential_confirm(a->credential, a->lease.generation, opened_ns);
}
