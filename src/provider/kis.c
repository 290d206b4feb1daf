/* SPDX-License-Identifier: MIT */
#include "provider/kis.h"

#include <stdio.h>
#include <string.h>

#include "base/decimal.h"

/* Codes that need a reaction of their own, or what a family of them begins
 * with; the first that fits counts. What is not listed is judged by the HTTP
 * status. AUTH is about the login, so it ends a run; FORBIDDEN is about what
 * was asked, so others may still be answered. */
static const struct code {
	const char *text;
	enum err_kind kind;
} codes[] = {
	{ "EGW00001", ERR_SERVER },    /* temporary error */
	{ "EGW00002", ERR_SERVER },    /* server error */
	{ "EGW00003", ERR_FORBIDDEN }, /* access refused */
	{ "EGW00004", ERR_FORBIDDEN }, /* no permission */
	{ "EGW00101", ERR_AUTH },      /* bad request of the gateway */
	{ "EGW00102", ERR_AUTH },      /* appkey missing */
	{ "EGW00103", ERR_AUTH },      /* appkey invalid */
	{ "EGW00104", ERR_AUTH },      /* appsecret missing */
	{ "EGW00105", ERR_AUTH },      /* appsecret invalid */
	{ "EGW00112", ERR_AUTH },      /* grant_type ... */
	{ "EGW00115", ERR_AUTH },
	{ "EGW00116", ERR_AUTH },
	{ "EGW00117", ERR_AUTH },
	{ "EGW00121", ERR_TOKEN }, /* token invalid */
	{ "EGW00122", ERR_TOKEN }, /* token not found */
	{ "EGW00123", ERR_TOKEN }, /* token expired */
	{ "EGW00132", ERR_HTTP },  /* content-type */
	{ "EGW00133", ERR_AUTH },  /* token issued less than a minute ago */
	{ "EGW00201", ERR_RATE_LIMIT }, /* calls per second */
	{ "EGW00202", ERR_SERVER },     /* gateway routing; no rate limit */
	{ "EGW00203", ERR_SERVER },
	{ "EGW00204", ERR_SERVER },
	{ "EGW00205", ERR_AUTH },        /* credentials_type */
	{ "EGW00206", ERR_FORBIDDEN },   /* API not permitted */
	{ "EGW00207", ERR_AUTH },        /* ip address */
	{ "EGW00208", ERR_AUTH },        /* custtype */
	{ "EGW00209", ERR_AUTH },        /* seq_no */
	{ "EGW00210", ERR_UNSUPPORTED }, /* not for companies on paper */
	{ "EGW00213", ERR_UNSUPPORTED }, /* not on paper */
	{ "EGW00215", ERR_SERVER }, /* ledger, over all customers: not our rate */
	{ "EGW00300", ERR_SERVER }, /* gateway routing, time-outs */
	{ "EGW00301", ERR_SERVER },
	{ "EGW00302", ERR_SERVER },
	{ "EGW00303", ERR_AUTH }, /* IP */
	{ "EGW00304", ERR_AUTH }, /* appsecret */
	{ "EGW02004", ERR_AUTH }, /* a paper key at the real host, or v.v. */
	{ "OPSQ0002", ERR_UNSUPPORTED }, /* unknown service code */
	{ "OPSQ00", ERR_HTTP },          /* the call itself is wrong */
	{ "OPSQ1002", ERR_SERVER },      /* session connect error */
	{ "OPSQ2000", ERR_INPUT },
	{ "OPSQ2001", ERR_INPUT },
	{ "OPSQ2002", ERR_INPUT },
};

int kis_add_headers(const struct provider_call *call, const char *tr_id,
		    struct http_request *out, struct err *err)
{
	char bearer[TOKEN_BYTES + 8];

	snprintf(bearer, sizeof bearer, "Bearer %s", call->token);
	if (http_request_add_header(out, "content-type",
				    "application/json; charset=utf-8",
				    err) < 0 ||
	    http_request_add_header(out, "authorization", bearer, err) < 0 ||
	    http_request_add_header(out, "appkey", call->login.key, err) < 0 ||
	    http_request_add_header(out, "appsecret", call->login.secret, err) <
		    0 ||
	    http_request_add_header(out, "tr_id", tr_id, err) < 0 ||
	    http_request_add_header(out, "custtype", "P", err) < 0)
		return -1;
	return buf_check(&out->url, ERR_INPUT, err);
}

static const struct code *find_code(const char *text)
{
	size_t i;

	for (i = 0; text && i < COUNT(codes); i++)
		if (strncmp(text, codes[i].text, strlen(codes[i].text)) == 0)
			return &codes[i];
	return NULL;
}

/* The token endpoint's refusals have a code and no rt_cd. */
static bool is_refusal(const struct verdict *v,
		       const struct http_response *response)
{
	if (find_code(v->msg_cd))
		return true;
	return v->rt_cd ? strcmp(v->rt_cd, "0") != 0
			: v->msg_cd && !answer_is_ok(response);
}

static enum err_kind kind_of_refusal(const struct verdict *v,
				     const struct http_response *response)
{
	const struct code *code = find_code(v->msg_cd);

	if (code)
		return code->kind;
	/* "No data" is what the broker says of a product that it does not know. */
	if (v->rt_cd && strcmp(v->rt_cd, "7") == 0)
		return ERR_NOT_FOUND;
	/* A code we do not know in an answer that is fine as HTTP: the broker
	 * did not like what was asked. */
	if (answer_is_ok(response))
		return ERR_INPUT;
	return answer_kind_of_status(response->status);
}

static void fail_refusal(const struct http_response *response,
			 const struct verdict *v, struct err *err)
{
	err_set(err, kind_of_refusal(v, response), "refused (%s): %s",
		v->msg_cd ? v->msg_cd : "no code",
		v->msg1 ? v->msg1 : "no text");
	answer_note_status(response, err);
}

/* The token endpoint has names of its own for the code and its text. */
static int read_verdict(const struct json_node *root, struct arena *texts,
			struct verdict *v, struct err *err)
{
	if (answer_get_text(root, "rt_cd", texts, &v->rt_cd, err) < 0 ||
	    answer_get_text(root, "msg_cd", texts, &v->msg_cd, err) < 0 ||
	    answer_get_text(root, "msg1", texts, &v->msg1, err) < 0)
		return -1;
	if (!v->msg_cd &&
	    answer_get_text(root, "error_code", texts, &v->msg_cd, err) < 0)
		return -1;
	if (!v->msg1 && answer_get_text(root, "error_description", texts,
					&v->msg1, err) < 0)
		return -1;
	return 0;
}

struct json_doc *kis_open_answer(const struct http_response *response,
				 struct arena *texts, struct verdict *verdict,
				 struct err *err)
{
	struct json_doc *doc;
	bool is_read;

	verdict_init(verdict);
	doc = json_parse_object(buf_text(&response->body), response->body.len,
				err);
	is_read = doc && read_verdict(json_root(doc), texts, verdict, err) == 0;
	if (is_read && is_refusal(verdict, response))
		fail_refusal(response, verdict, err);
	else if (!answer_is_ok(response))
		answer_fail_status(response, err);
	else if (is_read)
		return doc;
	json_free(doc);
	return NULL;
}

static int set_sign(const char **number, bool negative, struct arena *texts,
		    struct err *err)
{
	char out[DECIMAL_BYTES];

	if (!*number || decimal_is_negative(*number) == negative)
		return 0;
	decimal_set_sign(*number, negative, out);
	return answer_keep(out, texts, number, err);
}

/* Whether the price is known to be below the previous close. */
static bool is_below_close(const struct quote *q)
{
	const char *close = q->number[QUOTE_PREVIOUS_CLOSE];

	return close && decimal_compare(q->number[QUOTE_PRICE], close) < 0;
}

int kis_apply_sign(const struct json_node *row, const char *key,
		   struct arena *texts, struct quote *q, struct err *err)
{
	const char *code;
	bool is_known, negative;

	if (answer_get_text(row, key, texts, &code, err) < 0)
		return -1;
	is_known = code && strchr("1245", code[0]) && code[1] == '\0';
	negative = is_known ? code[0] >= '4' : is_below_close(q);
	if (!is_known && !negative)
		return 0;
	if (set_sign(&q->number[QUOTE_CHANGE], negative, texts, err) < 0)
		return -1;
	return set_sign(&q->number[QUOTE_CHANGE_PERCENT], negative, texts, err);
}

int kis_check_price(struct quote *q, bool is_named, struct err *err)
{
	const char *price = q->number[QUOTE_PRICE];
	const char *close = q->number[QUOTE_PREVIOUS_CLOSE];

	if ((!price || decimal_is_zero(price)) &&
	    (!is_named || !close || decimal_is_zero(close)))
		return err_set(err, ERR_NOT_FOUND, "no such symbol");
	return answer_check_price(q, err);
}
