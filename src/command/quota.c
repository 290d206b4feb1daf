/* SPDX-License-Identifier: MIT */
/* --quota: what the state shows of each source's quota and token. */
#include "share/quota.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sync.h"
#include "cli/options.h"
#include "cli/report.h"
#include "command/account.h"
#include "command/command.h"
#include "command/exit_status.h"
#include "command/private_state.h"
#include "engine/upstream.h"
#include "provider/provider.h"
#include "share/credential.h"

static int look(const struct command *c, size_t i, struct buf *text,
		struct err *err)
{
	const struct upstream_config config = accounts_upstream(c, i);
	bool wants_json = c->options->format == FORMAT_JSON ||
			  c->options->format == FORMAT_NDJSON;
	const char *source =
		c->accounts->count > 1 ? config.provider->name : NULL;
	struct limiter_view view;
	struct upstream u;
	struct err why;
	int64_t left_ms;
	int rc = upstream_open_account(&u, &config, err);

	if (rc == 0) {
		quota_look(u.quota, &view);
		if (view.is_shared &&
		    !private_state_can_share(c->state_dirfd, &why)) {
			view.is_shared = false;
			private_state_note(c->own, STATE_QUOTA, &why);
		}
		left_ms = u.credential ? credential_peek_ms(u.credential) : 0;
		if (wants_json)
			report_quota_json(source, &view, left_ms, text);
		else
			report_quota(source, &view, left_ms, text);
	}
	upstream_close(&u);
	return rc;
}

int command_quota(const struct command *c)
{
	struct buf text;
	struct err err;

	buf_init(&text, 16 * 1024);
	for (size_t i = 0; i < c->accounts->count; i++)
		if (look(c, i, &text, &err) < 0) {
			buf_release(&text);
			return exit_status_fail(&err, stop_reason(c->stop),
						c->say);
		}
	return exit_status_print(c, &text, STATUS_ALL);
}
