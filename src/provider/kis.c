#include "provider/kis.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

/* Codes that need a reaction of their own. What is not listed is judged by the
 * HTTP status. */
static const struct {
	const char *code;
	enum err_kind kind;
} codes[] = {
	{ "EGW00001", ERR_SERVER },	 /* temporary error */
	{ "EGW00002", ERR_SERVER },	 /* server error */
	{ "EGW00003", ERR_AUTH },	 /* access refused */
	{ "EGW00004", ERR_AUTH },	 /* no permission */
	{ "EGW00101", ERR_AUTH },	 /* bad request of the gateway */
	{ "EGW00102", ERR_AUTH },	 /* appkey missing */
	{ "EGW00103", ERR_AUTH },	 /* appkey invalid */
	{ "EGW00104", ERR_AUTH },	 /* appsecret missing */
	{ "EGW00105", ERR_AUTH },	 /* appsecret invalid */
	{ "EGW00112", ERR_AUTH },	 /* grant_type ... */
	{ "EGW00115", ERR_AUTH },
	{ "EGW00116", ERR_AUTH },
	{ "EGW00117", ERR_AUTH },
	{ "EGW00121", ERR_TOKEN },	 /* token invalid */
	{ "EGW00122", ERR_TOKEN },	 /* token not found */
	{ "EGW00123", ERR_TOKEN },	 /* token expired */
	{ "EGW00133", ERR_AUTH },	 /* token issued less than a minute ago */
	{ "EGW00201", ERR_RATE_LIMIT },	 /* calls per second */
	{ "EGW00202", ERR_SERVER },	 /* gateway routing; no rate limit */
	{ "EGW00203", ERR_SERVER },
	{ "EGW00204", ERR_SERVER },
	{ "EGW00205", ERR_AUTH },	 /* credentials_type */
	{ "EGW00206", ERR_UNSUPPORTED }, /* API not permitted */
	{ "EGW00207", ERR_AUTH },	 /* ip address */
	{ "EGW00208", ERR_AUTH },	 /* custtype */
	{ "EGW00209", ERR_AUTH },	 /* seq_no */
	{ "EGW00210", ERR_UNSUPPORTED }, /* not for companies on paper */
	{ "EGW00213", ERR_UNSUPPORTED }, /* not on paper */
	{ "EGW00215", ERR_RATE_LIMIT },	 /* ledger, over all customers */
	{ "EGW00300", ERR_SERVER },	 /* gateway routing, time-outs */
	{ "EGW00301", ERR_SERVER },
	{ "EGW00302", ERR_SERVER },
	{ "EGW00303", ERR_AUTH },	 /* IP */
	{ "EGW00304", ERR_AUTH },	 /* appsecret */
	{ "EGW02004", ERR_AUTH },	 /* a paper key at the real host, or v.v. */
	{ "OPSQ0002", ERR_UNSUPPORTED }, /* unknown service code */
	{ "OPSQ1002", ERR_SERVER },	 /* session connect error */
	{ "OPSQ2000", ERR_INPUT },
	{ "OPSQ2001", ERR_INPUT },
	{ "OPSQ2002", ERR_INPUT },
};

int kis_add_headers(const struct provider_login *login, const char *token,
		    const char *tr_id, struct http_request *out, struct err *err)
{
	char bearer[TOKEN_BYTES + 8];

	snprintf(bearer, sizeof bearer, "Bearer %s", token);
	if (http_request_add_header(out, "content-type",
				    "application/json; charset=utf-8", err) < 0 ||
	    http_request_add_header(out, "authorization", bearer, err) < 0 ||
	    http_request_add_header(out, "appkey", login->app_key, err) < 0 ||
	    http_request_add_header(out, "appsecret", login->app_secret, err) < 0 ||
	    http_request_add_header(out, "tr_id", tr_id, err) < 0 ||
	    http_request_add_header(out, "custtype", "P", err) < 0)
		return -1;
	return buf_check(&out->url, ERR_INPUT, err);
}

static enum err_kind kind_of_status(int status)
{
	if (status == 429)
		return ERR_RATE_LIMIT;
	if (status == 401)
		return ERR_TOKEN;
	if (status == 403)
		return ERR_AUTH;
	if (status >= 500)
		return ERR_SERVER;
	return ERR_HTTP;
}

static enum err_kind kind_of_refusal(const char *code, int status)
{
	size_t i;

	for (i = 0; code && i < sizeof codes / sizeof *codes; i++)
		if (strcmp(code, codes[i].code) == 0)
			return codes[i].kind;
	/* A code we do not know in an answer that is fine as HTTP: the broker
	 * did not like what was asked. */
	return status >= 200 && status < 300 ? ERR_INPUT : kind_of_status(status);
}

static int fail_status(const struct http_response *response, struct err *err)
{
	err_set(err, kind_of_status(response->status), "HTTP status %d%s",
		response->status,
		response->status >= 300 && response->status < 400 ?
			" (redirects are not followed)" :
			"");
	err->code = response->status;
	err->retry_after_ms = response->retry_after_ms;
	return -1;
}

int kis_get_text(const struct json_node *row, const char *key,
		 struct arena *texts, const char **out, struct err *err)
{
	const char *text;
	size_t len;

	*out = NULL;
	if (json_get_string(row, key, &text, err) < 0)
		return -1;
	if (!text)
		return 0;
	text += strspn(text, " ");
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (len == 0)
		return 0;
	*out = arena_copy(texts, text, len);
	return *out ? 0 : err_no_memory(err);
}

/* The token endpoint has names of its own for the code and its text. */
static int read_verdict(const struct json_node *root, struct arena *texts,
			struct provider_verdict *v, struct err *err)
{
	if (kis_get_text(root, "rt_cd", texts, &v->rt_cd, err) < 0 ||
	    kis_get_text(root, "msg_cd", texts, &v->msg_cd, err) < 0 ||
	    kis_get_text(root, "msg1", texts, &v->msg1, err) < 0)
		return -1;
	if (!v->msg_cd &&
	    kis_get_text(root, "error_code", texts, &v->msg_cd, err) < 0)
		return -1;
	if (!v->msg1 &&
	    kis_get_text(root, "error_description", texts, &v->msg1, err) < 0)
		return -1;
	return 0;
}

struct json_doc *kis_open_answer(const struct http_response *response,
				 struct arena *texts,
				 struct provider_verdict *verdict,
				 struct err *err)
{
	bool is_http_ok = response->status >= 200 && response->status < 300;
	struct json_doc *doc;

	*verdict = (struct provider_verdict){ NULL, NULL, NULL };
	doc = json_parse(buf_text(&response->body), response->body.len, err);
	if (!doc) {
		if (!is_http_ok)
			fail_status(response, err);
		return NULL;
	}
	if (read_verdict(json_root(doc), texts, verdict, err) < 0)
		goto fail;
	if (verdict->rt_cd && strcmp(verdict->rt_cd, "0") != 0)
		goto refused;
	if (!is_http_ok && verdict->msg_cd && !verdict->rt_cd)
		goto refused;
	if (!is_http_ok) {
		fail_status(response, err);
		goto fail;
	}
	return doc;
refused:
	err_set(err, kind_of_refusal(verdict->msg_cd, response->status),
		"refused (%s): %s", verdict->msg_cd ? verdict->msg_cd : "no code",
		verdict->msg1 ? verdict->msg1 : "no text");
	err->code = response->status;
	err->retry_after_ms = response->retry_after_ms;
	/* "No data" is what the broker says of a product that it does not know. */
	if (err->kind == ERR_INPUT && verdict->rt_cd &&
	    strcmp(verdict->rt_cd, "7") == 0)
		err->kind = ERR_NOT_FOUND;
fail:
	json_free(doc);
	return NULL;
}

int kis_get_numbers(const struct json_node *row, const struct kis_field *field,
		    size_t count, struct arena *texts, struct quote *q,
		    struct err *err)
{
	char number[DECIMAL_BYTES];
	const char *text;
	size_t i;

	for (i = 0; i < count; i++) {
		int rc = json_get_string(row, field[i].key, &text, err);

		if (rc > 0)
			rc = decimal_parse(text, strlen(text), number, err);
		if (rc < 0)
			return err_wrap(err, "field '%s'", field[i].key);
		if (rc == 0)
			continue; /* absent or blank; an earlier key may have it */
		q->number[field[i].number] = arena_copy(texts, number,
							strlen(number));
		if (!q->number[field[i].number])
			return err_no_memory(err);
	}
	return 0;
}

static int set_sign(const char **number, bool negative, struct arena *texts,
		    struct err *err)
{
	char out[DECIMAL_BYTES];

	if (!*number || decimal_is_negative(*number) == negative)
		return 0;
	decimal_set_sign(*number, negative, out);
	*number = arena_copy(texts, out, strlen(out));
	return *number ? 0 : err_no_memory(err);
}

int kis_apply_sign(const struct json_node *row, const char *key,
		   struct arena *texts, struct quote *q, struct err *err)
{
	const char *code;
	bool negative;

	if (kis_get_text(row, key, texts, &code, err) < 0)
		return -1;
	if (!code || !strchr("1245", code[0]) || code[1] != '\0')
		return 0;
	negative = code[0] == '4' || code[0] == '5';
	if (set_sign(&q->number[QUOTE_CHANGE], negative, texts, err) < 0)
		return -1;
	return set_sign(&q->number[QUOTE_CHANGE_PERCENT], negative, texts, err);
}

bool kis_has_price(const struct quote *q)
{
	const char *price = q->number[QUOTE_PRICE];

	return price && !decimal_is_zero(price);
}

void kis_finish_outcome(struct outcome *o, const struct provider_verdict *verdict,
			const struct err *failure)
{
	o->has_quote = !failure;
	if (failure) {
		o->err = *failure;
		return;
	}
	o->rt_cd = verdict->rt_cd;
	o->msg_cd = verdict->msg_cd;
	o->msg1 = verdict->msg1;
}

int kis_keep_raw(const struct json_node *row, struct arena *texts,
		 struct outcome *o, struct err *err)
{
	char *text = json_render(row);

	if (text)
		o->raw = arena_copy(texts, text, strlen(text));
	json_text_free(text);
	return text && o->raw ? 0 : err_no_memory(err);
}
