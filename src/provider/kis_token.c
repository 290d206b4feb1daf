/* SPDX-License-Identifier: MIT */
/* The access token: POST /oauth2/tokenP. Valid for a day, at most one issue a
 * minute, and each issue sends its owner a message. */
#include "provider/kis.h"

#include <string.h>

#include "base/clock.h"
#include "net/json_write.h"
#include "provider/times.h"

enum {
	ISSUE_INTERVAL_MS = 60 * 1000,
	SAME_TOKEN_MS =
		6 * 3600 * 1000, /* within it the same is issued again */
	DRIFT_MS = 3600 * 1000,  /* between expires_in and the date, as seen */
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
	json_add_string(&w, "grant_type", "client_credentials");
	json_add_string(&w, "appkey", call->login.key);
	json_add_string(&w, secret_name, call->login.secret);
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

/* How long a token lives that the server says is over at expires_at_ms. The server
 * says as well what time it is; if it does not, our clock is believed unless
 * expires_in (0: not told) says that it is wrong: what is issued again within
 * hours has less left than that. */
static int64_t life_until(int64_t expires_at_ms, int64_t expires_in_ms,
			  const struct http_response *response, int64_t now_ms)
{
	const char *date = http_response_header(response, "date");
	int64_t server_sec, life_ms;

	if (date && times_parse_http(date, &server_sec))
		return expires_at_ms - server_sec * 1000;
	life_ms = expires_at_ms - now_ms;
	if (expires_in_ms == 0 ||
	    (life_ms <= expires_in_ms + DRIFT_MS &&
	     life_ms >= expires_in_ms - SAME_TOKEN_MS - DRIFT_MS))
		return life_ms;
	return expires_in_ms;
}

static int read_life(const struct json_node *root,
		     const struct http_response *response, int64_t now_ms,
		     struct arena *texts, int64_t *life_ms, struct err *err)
{
	int64_t expires_at_ms, expires_in_sec = 0;
	const char *date;

	if (answer_get_text(root, "access_token_token_expired", texts, &date,
			    err) < 0 ||
	    json_get_integer(root, "expires_in", 0, MAX_LIFE_SEC,
			     &expires_in_sec, err) < 0)
		return -1;
	if (!date) {
		*life_ms =
			(expires_in_sec ? expires_in_sec : UNKNOWN_LIFE_SEC) *
			1000;
		return 0;
	}
	if (clock_parse_kst(date, &expires_at_ms, err) < 0)
		return -1;
	*life_ms = life_until(expires_at_ms, expires_in_sec * 1000, response,
			      now_ms);
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
		rc = read_life(json_root(doc), response, now_ms, &texts,
			       &token.life_ms, err);
	if (rc == 0)
		*out = token;
	json_free(doc);
	arena_release(&texts);
	return rc;
}
