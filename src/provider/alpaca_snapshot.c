/* SPDX-License-Identifier: MIT */
#include "provider/alpaca_snapshot.h"

#include <stdbool.h>
#include <string.h>

#include "provider/answer.h"
#include "provider/provider.h"
#include "provider/times.h"

enum { NOON = 12 * 60 }; /* minutes: no market is open early and late at once */

struct bar {
	bool is_there;
	int64_t day; /* at New York */
	const char *open, *high, *low, *close, *volume;
};

struct trade {
	bool is_there;
	struct local_time time;
	const char *price;
	const char *quoted_at;
	const char *session;
};

/* A block that may be absent or null. Returns 0 then, 1 when it is there. */
static int get_block(const struct json_node *row, const char *key,
		     const struct json_node **block, struct err *err)
{
	*block = json_get(row, key);
	if (!*block || json_is_null(*block))
		return 0;
	if (!json_is_object(*block))
		return err_set(err, ERR_PARSE, "field '%s' is not an object",
			       key);
	return 1;
}

static int get_time(const struct json_node *block, struct arena *texts,
		    const char **text, struct local_time *time, struct err *err)
{
	int64_t sec;

	if (answer_get_text(block, "t", texts, text, err) < 0)
		return -1;
	if (!*text || !times_parse_rfc3339(*text, &sec))
		return err_set(err, ERR_PARSE, "field 't' is not a time");
	*time = times_at_new_york(sec);
	return 0;
}

static int read_bar(const struct json_node *row, const char *key,
		    struct arena *texts, struct bar *bar, struct err *err)
{
	static const struct answer_field fields[] = {
		{ QUOTE_OPEN, "o" },   { QUOTE_HIGH, "h" },
		{ QUOTE_LOW, "l" },    { QUOTE_PREVIOUS_CLOSE, "c" },
		{ QUOTE_VOLUME, "v" },
	};
	const struct json_node *block;
	struct quote q = { .name = NULL };
	struct local_time time = { 0 };
	const char *text;
	int rc = get_block(row, key, &block, err);

	*bar = (struct bar){ .is_there = rc > 0 };
	if (rc <= 0)
		return rc;
	if (get_time(block, texts, &text, &time, err) < 0 ||
	    answer_get_numbers(block, fields, COUNT(fields), texts, &q, err) <
		    0)
		return err_wrap(err, "%s", key);
	bar->day = time.day;
	bar->open = q.number[QUOTE_OPEN];
	bar->high = q.number[QUOTE_HIGH];
	bar->low = q.number[QUOTE_LOW];
	bar->close = q.number[QUOTE_PREVIOUS_CLOSE];
	bar->volume = q.number[QUOTE_VOLUME];
	return 0;
}

/* The conditions of a trade outside of regular hours are T and U, on every
 * tape; which side of them it was on, the time tells. */
static const char *tell_session(const struct json_node *trade, int minute)
{
	const struct json_node *c = json_get(trade, "c");
	const struct json_node *condition;

	if (!json_is_array(c))
		return NULL;
	for (condition = json_first(c); condition;
	     condition = json_next(condition)) {
		const char *code = json_string(condition);

		if (code && (strcmp(code, "T") == 0 || strcmp(code, "U") == 0))
			return minute < NOON ? "pre" : "after";
	}
	return "regular";
}

static int read_trade(const struct json_node *row, struct arena *texts,
		      struct trade *trade, struct err *err)
{
	static const struct answer_field price = { QUOTE_PRICE, "p" };
	const struct json_node *block;
	struct quote q = { .name = NULL };
	int rc = get_block(row, "latestTrade", &block, err);

	*trade = (struct trade){ .is_there = rc > 0 };
	if (rc <= 0)
		return rc;
	if (get_time(block, texts, &trade->quoted_at, &trade->time, err) < 0 ||
	    answer_get_numbers(block, &price, 1, texts, &q, err) < 0)
		return err_wrap(err, "latestTrade");
	trade->price = q.number[QUOTE_PRICE];
	trade->session = tell_session(block, trade->time.minute);
	return 0;
}

static int read_offers(const struct json_node *row, struct arena *texts,
		       struct quote *q, struct err *err)
{
	static const struct answer_field fields[] = { { QUOTE_ASK, "ap" },
						      { QUOTE_BID, "bp" } };
	const struct json_node *block;
	int rc = get_block(row, "latestQuote", &block, err);

	if (rc <= 0)
		return rc;
	if (answer_get_numbers(block, fields, COUNT(fields), texts, q, err) < 0)
		return err_wrap(err, "latestQuote");
	return 0;
}

static void take_day(const struct trade *trade, const struct bar *bar,
		     const struct bar *before, struct quote *q)
{
	if (!trade->is_there) {
		q->number[QUOTE_PREVIOUS_CLOSE] =
			bar->is_there ? bar->close : before->close;
	} else if (bar->is_there && trade->time.day > bar->day) {
		q->number[QUOTE_PREVIOUS_CLOSE] = bar->close;
	} else if (bar->is_there && trade->time.day == bar->day) {
		q->number[QUOTE_OPEN] = bar->open;
		q->number[QUOTE_HIGH] = bar->high;
		q->number[QUOTE_LOW] = bar->low;
		q->number[QUOTE_VOLUME] = bar->volume;
		q->number[QUOTE_PREVIOUS_CLOSE] = before->close;
	}
}

int alpaca_read_snapshot(const struct json_node *row,
			 const struct provider_account *account,
			 struct arena *texts, struct quote *q, struct err *err)
{
	struct bar bar, before;
	struct trade trade;

	*q = (struct quote){ .currency = "USD" };
	if (json_is_null(row))
		return err_set(err, ERR_NO_TRADE, "no trade in this feed");
	if (!json_is_object(row))
		return err_set(err, ERR_PARSE, "it is not an object");
	if (read_trade(row, texts, &trade, err) < 0 ||
	    read_bar(row, "dailyBar", texts, &bar, err) < 0 ||
	    read_bar(row, "prevDailyBar", texts, &before, err) < 0 ||
	    read_offers(row, texts, q, err) < 0)
		return -1;
	q->number[QUOTE_PRICE] = trade.price;
	q->quoted_at = trade.quoted_at;
	q->session = trade.session;
	q->delayed_minutes = account->delayed_minutes;
	take_day(&trade, &bar, &before, q);
	answer_drop_zero_prices(q); /* no bid, no ask */
	if (answer_check_price(q, err) < 0)
		return -1;
	return answer_compute_change(texts, q, err);
}
