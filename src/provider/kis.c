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

static enum err_kind kind_of_status(int status)
{
	if (status == 429)
		return ERR_RATE_LIMIT;
	/* A gateway's page has them too: not a word on the token or the login. */
	if (status == 401 || status == 403)
		return ERR_FORBIDDEN;
	if (status >= 500)
		return ERR_SERVER;
	return ERR_HTTP;
}

static bool is_http_ok(const struct http_response *response)
{
	return response->status >= 200 && response->status < 300;
}

static const struct code *find_code(const char *text)
{
	size_t i;

	for (i = 0; text && i < sizeof codes / sizeof *codes; i++)
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
			: v->msg_cd && !is_http_ok(response);
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
	if (is_http_ok(response))
		return ERR_INPUT;
	return kind_of_status(response->status);
}

static void note_status(const struct http_response *response, struct err *err)
{
	err->code = response->status;
	err->retry_after_ms = response->retry_after_ms;
}

static void fail_status(const struct http_response *response, struct err *err)
{
	err_set(err, kind_of_status(response->status), "HTTP status %d%s",
		response->status,
		response->status >= 300 && response->status < 400
			? " (redirects are not followed)"
			: "");
	note_status(response, err);
}

static void fail_refusal(const struct http_response *response,
			 const struct verdict *v, struct err *err)
{
	err_set(err, kind_of_refusal(v, response), "refused (%s): %s",
		v->msg_cd ? v->msg_cd : "no code",
		v->msg1 ? v->msg1 : "no text");
	note_status(response, err);
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
			struct verdict *v, struct err *err)
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
	else if (!is_http_ok(response))
		fail_status(response, err);
	else if (is_read)
		return doc;
	json_free(doc);
	return NULL;
}

int kis_get_numbers(const struct json_node *row, const struct kis_field *field,
		    size_t count, struct arena *texts, struct quote *q,
		    struct err *err)
{
	const struct json_node *at = NULL;
	char number[DECIMAL_BYTES];
	const char *text;
	size_t i;

	for (i = 0; i < count; i++) {
		int rc = json_as_string(json_find(row, &at, field[i].key),
					field[i].key, &text, err);

		if (rc < 0)
			return -1;
		if (rc > 0)
			rc = decimal_parse(text, strlen(text), number, err);
		if (rc < 0)
			return err_wrap(err, "field '%s'", field[i].key);
		if (rc == 0)
			continue; /* absent or blank; an earlier key may have it */
		q->number[field[i].number] =
			arena_copy(texts, number, strlen(number));
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

/* Whether the price is known to be below the previous close. */
static bool is_below_close(const struct quote *q)
{
	const char *close = q->number[QUOTE_PREVIOUS_CLOSE];
	char change[DECIMAL_BYTES];

	return close &&
	       decimal_subtract(q->number[QUOTE_PRICE], close, change, NULL) ==
		       0 &&
	       decimal_is_negative(change);
}

int kis_apply_sign(const struct json_node *row, const char *key,
		   struct arena *texts, struct quote *q, struct err *err)
{
	const char *code;
	bool is_known, negative;

	if (kis_get_text(row, key, texts, &code, err) < 0)
		return -1;
	is_known = code && strchr("1245", code[0]) && code[1] == '\0';
	negative = is_known ? code[0] >= '4' : is_below_close(q);
	if (!is_known && !negative)
		return 0;
	if (set_sign(&q->number[QUOTE_CHANGE], negative, texts, err) < 0)
		return -1;
	return set_sign(&q->number[QUOTE_CHANGE_PERCENT], negative, texts, err);
}

static bool is_positive(const char *number)
{
	return number && !decimal_is_zero(number) &&
	       !decimal_is_negative(number);
}

/* Of a share without a trade today, zeros are no prices. */
static void drop_prices(struct quote *q)
{
	static const enum quote_number prices[] = { QUOTE_OPEN, QUOTE_HIGH,
						    QUOTE_LOW, QUOTE_BID,
						    QUOTE_ASK };
	size_t i;

	q->number[QUOTE_PRICE] = NULL;
	q->number[QUOTE_CHANGE] = q->number[QUOTE_CHANGE_PERCENT] = NULL;
	for (i = 0; i < COUNT(prices); i++)
		if (!is_positive(q->number[prices[i]]))
			q->number[prices[i]] = NULL;
}

int kis_check_price(struct quote *q, bool is_named, struct err *err)
{
	const char *price = q->number[QUOTE_PRICE];

	if (!price || decimal_is_zero(price)) {
		if (!is_named || !is_positive(q->number[QUOTE_PREVIOUS_CLOSE]))
			return err_set(err, ERR_NOT_FOUND, "no such symbol");
		drop_prices(q);
		return err_set(err, ERR_NO_TRADE,
			       "no trade yet (halted, or before the first)");
	}
	if (decimal_is_negative(price))
		return err_set(err, ERR_PARSE, "the price is negative: '%s'",
			       price);
	return 0;
}

void kis_finish_outcome(struct outcome *o, const struct verdict *verdict,
			const struct err *failure)
{
	o->has_quote = !failure;
	if (failure) {
		o->err = *failure;
		if (failure->kind != ERR_NO_TRADE)
			o->quote = (struct quote){ .name = NULL };
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
