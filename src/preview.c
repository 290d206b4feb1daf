#include "preview.h"

#include "base/buf.h"
#include "cli/output.h"
#include "session.h"
#include "share/credential.h"
#include "share/quota.h"

static int print(const struct session_config *c, struct buf *text,
		 struct err *err)
{
	return output_print(c->options->output, c->stdout_is_closed, text,
			    c->stop, c->deadline_ns, err);
}

/* What the account's quota shows. Returns false where there is no key to tell
 * the account by, or no state. */
static bool look_at_quota(const struct session_config *c,
			  struct quota_view *view)
{
	struct quota *quota = NULL;
	struct err why;
	struct buf key;

	if (!c->options->app_key || c->state_dirfd < 0)
		return false;
	if (session_name_account(c, &key, &why) == 0)
		quota = session_open_quota(c, buf_text(&key), &why);
	if (quota)
		quota_look(quota, view);
	quota_free(quota);
	buf_release(&key);
	return quota != NULL;
}

static bool wants_json(const struct options *o)
{
	return o->format == FORMAT_JSON || o->format == FORMAT_NDJSON;
}

int preview_plan(const struct session_config *config, bool *fits,
		 struct err *err)
{
	struct quota_view view;
	struct plan plan;
	struct cost cost;
	struct buf text;
	int rc;

	buf_init(&text, 4096);
	session_make_plan(config, &plan);
	cost = session_cost(config, &plan,
			    look_at_quota(config, &view) ? &view : NULL);
	*fits = cost_fits(&cost);
	if (wants_json(config->options))
		report_plan_json(&cost, &text);
	else
		report_plan(&cost, &text);
	rc = print(config, &text, err);
	buf_release(&text);
	return rc;
}

int preview_quota(const struct session_config *config, struct err *err)
{
	struct credential *credential = NULL;
	struct quota *quota = NULL;
	struct quota_view view;
	struct buf key, text;
	int rc = -1;

	buf_init(&text, 4096);
	if (session_name_account(config, &key, err) < 0 ||
	    !(quota = session_open_quota(config, buf_text(&key), err)) ||
	    !(credential =
		      session_open_credential(config, buf_text(&key), err)))
		goto out;
	quota_look(quota, &view);
	if (wants_json(config->options))
		report_quota_json(&view, credential_peek_ms(credential), &text);
	else
		report_quota(&view, credential_peek_ms(credential), &text);
	rc = print(config, &text, err);
out:
	credential_free(credential);
	quota_free(quota);
	buf_release(&text);
	buf_release(&key);
	return rc;
}
