/* The access token: POST /oauth2/tokenP. Valid for a day, at most one issue a
 * minute, and each issue sends its owner a message. */
#include "provider/kis.h"

#include <string.h>

#include "base/clock.h"
#include "net/json_write.h"

enum {
	ISSUE_INTERVAL_MS = 60 * 1000,
	UNKNOWN_LIFE_SEC = 3600, /* where an answer tells no expiry */
	MAX_LIFE_SEC = 120 * 86400
};

int kis_login_build(const struct provider_call *call, const char *path,
		    const char *secret_name, struct http_request *out,
		    struct err *err)
{
	struct json_writer w;

	http_request_set_url(out, call->base_url, path);
	out->is_post = true;
	out->is_unrepeatable = true;
	json_writer_init(&w, &out->body);
	json_begin_object(&w);
	json_key(&w, "grant_type");
	json_put_string(&w, "client_credentials");
	json_key(&w, "appkey");
	json_put_string(&w, call->login.key);
	json_key(&w, secret_name);
	json_put_string(&w, call->login.secret);
	json_end_object(&w);
	if (buf_check(&out->body, ERR_INPUT, err) < 0)
		return -1;
	return http_request_add_header(out, "content-type",
				       "application/json; charset=utf-8", err);
}

int kis_token_build(const struct provider_call *call, struct http_request *out,
		    struct err *err)
{
	return kis_login_build(call, "/oauth2/tokenP", "appsecret", out, err);
}

/* Kinds that a quote call tells apart: here the login was refused. A page that
 * no broker wrote refuses nothing. */
static bool is_refusal(enum err_kind kind, const struct verdict *v)
{
	if (kind == ERR_FORBIDDEN)
		return v->msg_cd || v->rt_cd;
	return kind == ERR_TOKEN || kind == ERR_INPUT ||
	       kind == ERR_NOT_FOUND || kind == ERR_UNSUPPORTED;
}

static bool is_token(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < TOKEN_BYTES &&
	       strspn(text, TOKEN_CHARACTERS) == len;
}

struct json_doc *kis_login_open(const struct http_response *response,
				const char *name, struct arena *texts,
				char out[TOKEN_BYTES], struct err *err)
{
	struct verdict verdict;
	struct json_doc *doc = kis_open_answer(response, texts, &verdict, err);
	const char *token;

	if (!doc) {
		if (is_refusal(err->kind, &verdict))
			err->kind = ERR_AUTH;
		if (err->kind == ERR_AUTH && verdict.msg_cd &&
		    strcmp(verdict.msg_cd, "EGW00133") == 0)
			err->retry_after_ms = ISSUE_INTERVAL_MS;
		return NULL;
	}
	if (json_get_string(json_root(doc), name, &token, err) < 0)
		goto fail;
	if (!token || !is_token(token)) {
		err_set(err, ERR_PARSE, "the answer holds no fit '%s'", name);
		goto fail;
	}
	memcpy(out, token, strlen(token) + 1);
	return doc;
fail:
	json_free(doc);
	return NULL;
}

/* The date is the server's; expires_in may differ from it by an hour. */
static int read_expiry(const struct json_node *root, int64_t now_ms,
		       struct arena *texts, int64_t *expires_at_ms,
		       struct err *err)
{
	const char *date;
	int64_t life_sec = UNKNOWN_LIFE_SEC;

	if (answer_get_text(root, "access_token_token_expired", texts, &date,
			    err) < 0)
		return -1;
	if (date)
		return clock_parse_kst(date, expires_at_ms, err);
	if (json_get_integer(root, "expires_in", 0, MAX_LIFE_SEC, &life_sec,
			     err) < 0)
		return -1;
	*expires_at_ms = now_ms + life_sec * 1000;
	return 0;
}

int kis_token_parse(const struct http_response *response, int64_t now_ms,
		    struct provider_token *out, struct err *err)
{
	struct provider_token token;
	struct arena texts;
	struct json_doc *doc;
	int rc = -1;

	arena_init(&texts);
	doc = kis_login_open(response, "access_token", &texts, token.text, err);
	if (doc)
		rc = read_expiry(json_root(doc), now_ms, &texts,
				 &token.expires_at_ms, err);
	if (rc == 0)
		*out = token;
	json_free(doc);
	arena_release(&texts);
	return rc;
}
