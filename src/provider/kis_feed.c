/* SPDX-License-Identifier: MIT */
/* The stream's control half: POST /oauth2/Approval, the registrations, and what
 * the broker says to them. The trades are kis_ticks.c's.
 *
 * Source: the KIS developers' portal (messages, channels, codes 8991 to 9999);
 * what the codes 0002, 0008 and 8996 look like and do: captures of third
 * parties. That 0002 ("already in") comes with rt_cd 1 is no mistake here. */
#include "provider/kis.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "net/json_write.h"
#include "provider/feed.h"
#include "provider/kis_ticks.h"

enum {
	/* A session takes 41 registrations of all kinds together. Some accounts
	 * were seen to take fewer: the answers decide. */
	REGISTRATIONS = 41,
	/* The key opens sessions for a day; the answer tells no end. */
	APPROVAL_LIFE_MS = 23 * 3600 * 1000
};

static int build_approval(const struct provider_call *call,
			  struct http_request *out, struct err *err)
{
	return kis_login_build(call, "/oauth2/Approval", "secretkey", out, err);
}

static int parse_approval(const struct http_response *response, int64_t now_ms,
			  struct provider_token *out, struct err *err)
{
	struct arena texts;
	struct json_doc *doc;

	(void)now_ms; /* its life is counted, not dated */
	arena_init(&texts);
	doc = kis_login_open(response, "approval_key", &texts, out->text, err);
	if (doc)
		out->life_ms = APPROVAL_LIFE_MS;
	json_free(doc);
	arena_release(&texts);
	return doc ? 0 : -1;
}

static int find_domestic(bool is_paper, const struct symbol *s,
			 enum venue venue, struct feed_address *out,
			 struct err *err)
{
	static const char *const channels[] = { [VENUE_KRX] = "H0STCNT0",
						[VENUE_NXT] = "H0NXCNT0",
						[VENUE_ALL] = "H0UNCNT0" };

	if (is_paper && venue != VENUE_KRX)
		return err_set(err, ERR_UNSUPPORTED,
			       "paper accounts have the stream of the exchange "
			       "alone, not of other venues");
	snprintf(out->channel, sizeof out->channel, "%s", channels[venue]);
	snprintf(out->key, sizeof out->key, "%s", s->code);
	return 0;
}

/* D: free of charge, in the US at once and in Asia 15 minutes late; the day
 * session in the US has no such stream, R is its own. */
static int find_overseas(bool is_paper, const struct symbol *s,
			 struct feed_address *out, struct err *err)
{
	bool is_day = s->market == MARKET_BAQ || s->market == MARKET_BAY ||
		      s->market == MARKET_BAA;
	char code[SYMBOL_CODE_BYTES];

	if (is_paper)
		return err_set(err, ERR_UNSUPPORTED,
			       "paper accounts have no stream of overseas "
			       "trades: poll with '--every'");
	snprintf(out->channel, sizeof out->channel, "%s", "HDFSCNT0");
	snprintf(out->key, sizeof out->key, "%c%s%s", is_day ? 'R' : 'D',
		 kis_overseas_exchange(s), kis_overseas_spell(s, code));
	return 0;
}

static int find_address(const struct provider_account *account,
			const struct symbol *symbol, enum venue venue,
			struct feed_address *out, struct err *err)
{
	bool is_paper = strcmp(account->name, "paper") == 0;

	if (symbol->market == MARKET_IDX)
		return err_set(err, ERR_UNSUPPORTED,
			       "indices have no stream of trades");
	return symbol->market == MARKET_KR
		       ? find_domestic(is_paper, symbol, venue, out, err)
		       : find_overseas(is_paper, symbol, out, err);
}

static void build_registration(const char *approval_key,
			       const struct feed_address *address,
			       bool is_wanted, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_begin_object(&w);
	json_key(&w, "header");
	json_begin_object(&w);
	json_add_string(&w, "approval_key", approval_key);
	json_add_string(&w, "custtype", "P");
	json_add_string(&w, "tr_type", is_wanted ? "1" : "2");
	json_add_string(&w, "content-type", "utf-8");
	json_end_object(&w);
	json_key(&w, "body");
	json_begin_object(&w);
	json_key(&w, "input");
	json_begin_object(&w);
	json_add_string(&w, "tr_id", address->channel);
	json_add_string(&w, "tr_key", address->key);
	json_end_object(&w);
	json_end_object(&w);
	json_end_object(&w);
}

/* Answers with a meaning of their own. With any other code rt_cd decides. */
static const struct code {
	const char *text;
	enum feed_answer answer;
} codes[] = {
	{ "OPSP0000", FEED_SUBSCRIBED },
	{ "OPSP0001", FEED_UNSUBSCRIBED },
	{ "OPSP0002", FEED_SUBSCRIBED },   /* already; asking again is a loop */
	{ "OPSP0003", FEED_UNSUBSCRIBED }, /* was not */
	{ "OPSP0007", FEED_TRY_AGAIN },    /* internal error */
	{ "OPSP0008", FEED_FULL },
	{ "OPSP0009", FEED_TRY_AGAIN }, /* sending failed */
	{ "OPSP0010", FEED_KEY_DEAD },  /* invalid appkey */
	{ "OPSP0011", FEED_KEY_DEAD },  /* invalid approval key */
	{ "OPSP8996", FEED_BUSY },      /* appkey already in use */
};

static enum feed_answer judge(const struct feed_message *m)
{
	for (size_t i = 0; i < COUNT(codes); i++)
		if (strcmp(m->msg_cd, codes[i].text) == 0)
			return codes[i].answer;
	return strcmp(m->rt_cd, "0") == 0 ? FEED_DONE : FEED_REFUSED;
}

/* Copies a member that is text; anything else is "". */
static void copy_member(const struct json_node *object, const char *key,
			char *out, size_t out_bytes)
{
	const char *text = json_string(json_get(object, key));

	out[0] = '\0';
	if (text)
		utf8_copy_printable(text, strlen(text), out, out_bytes,
				    (int)out_bytes);
}

/* What has neither header nor verdict is nothing that we know. The session's
 * iv and key, which open encrypted messages, are not even looked at. */
static void read_control(const struct json_node *root, struct feed_message *m)
{
	const struct json_node *header = json_get(root, "header");
	const struct json_node *body = json_get(root, "body");

	copy_member(header, "tr_id", m->address.channel,
		    sizeof m->address.channel);
	if (strcmp(m->address.channel, "PINGPONG") == 0) {
		m->kind = FEED_KEEP_ALIVE;
		return;
	}
	copy_member(header, "tr_key", m->address.key, sizeof m->address.key);
	copy_member(body, "rt_cd", m->rt_cd, sizeof m->rt_cd);
	copy_member(body, "msg_cd", m->msg_cd, sizeof m->msg_cd);
	copy_member(body, "msg1", m->msg1, sizeof m->msg1);
	if (!m->rt_cd[0] && !m->msg_cd[0])
		return;
	m->kind = FEED_ANSWER;
	m->answer = judge(m);
}

static void read_message(const char *text, size_t len, struct feed_message *out)
{
	struct json_doc *doc;

	out->kind = len > 0 && (text[0] == '0' || text[0] == '1') ? FEED_DATA
								  : FEED_OTHER;
	if (len == 0 || text[0] != '{')
		return;
	*out = (struct feed_message){ .kind = FEED_OTHER };
	doc = json_parse(text, len, NULL);
	if (doc)
		read_control(json_root(doc), out);
	json_free(doc);
}

const struct feed kis_feed = {
	.limit_guess = REGISTRATIONS,
	.build_approval = build_approval,
	.parse_approval = parse_approval,
	.find_address = find_address,
	.build_registration = build_registration,
	.read_message = read_message,
	.open_frame = kis_ticks_open,
	.next_tick = kis_ticks_next,
};
