/* SPDX-License-Identifier: MIT */
#include "engine/upstream.h"

#include "engine/limit.h"
#include "share/credential.h"
#include "share/quota.h"

enum { KEY_MAX_BYTES = 4096 };

int upstream_rate(const struct upstream_config *c)
{
	return c->rate < 0 ? c->account->limit.per_sec : c->rate;
}

void upstream_put_key(const struct upstream_config *c, struct buf *out)
{
	buf_printf(out, "%s %s %s %s", c->provider->name, c->account->name,
		   c->base_url, c->login.key ? c->login.key : "");
}

static int open_quota(struct upstream *u, struct err *err)
{
	const struct upstream_config *c = &u->config;
	const struct quota_config config = {
		.rule = { .rate_per_sec = upstream_rate(c),
			  .published_per_sec = c->account->limit.per_sec,
			  .window_calls = c->account->limit.calls,
			  .window_sec = c->account->limit.window_sec,
			  .call_max_ns = c->try_timeout_ns },
		.state_dirfd = c->shares_quota ? c->state_dirfd : -1,
		.key = buf_text(&u->key)
	};

	u->quota = quota_new(&config, err);
	return u->quota ? 0 : -1;
}

static int open_credential(struct upstream *u, struct err *err)
{
	const struct upstream_config *c = &u->config;
	const struct credential_config config = {
		.interval_ms = c->provider->token_interval_ms,
		.call_max_ns = c->try_timeout_ns,
		.state_dirfd = c->state_dirfd,
		.key = buf_text(&u->key),
		.say = c->warn,
		.say_arg = c->say_arg
	};

	if (!c->provider->build_token)
		return 0;
	u->credential = credential_new(&config, err);
	return u->credential ? 0 : -1;
}

int upstream_open_account(struct upstream *u,
			  const struct upstream_config *config, struct err *err)
{
	*u = (struct upstream){ .config = *config,
				.call = { .account = config->account,
					  .login = config->login,
					  .base_url = config->base_url,
					  .venue = config->venue } };
	buf_init(&u->key, KEY_MAX_BYTES);
	upstream_put_key(config, &u->key);
	if (buf_check(&u->key, ERR_USAGE, err) < 0 || open_quota(u, err) < 0)
		return -1;
	return open_credential(u, err);
}

int upstream_open(struct upstream *u, const struct upstream_config *config,
		  struct err *err)
{
	if (upstream_open_account(u, config, err) < 0)
		return -1;
	u->limit = limit_new(config->limit, err);
	return u->limit ? 0 : -1;
}

void upstream_close(struct upstream *u)
{
	limit_free(u->limit);
	credential_free(u->credential);
	quota_free(u->quota);
	buf_release(&u->key);
}

void upstream_stop(struct upstream *u)
{
	if (u->limit)
		limit_close(u->limit);
	if (u->credential)
		credential_close(u->credential);
}
