/* SPDX-License-Identifier: MIT */
#include "sandbox/ecb.h"

#include "sandbox/dates.h"
#include "sandbox/json_text.h"
#include "sandbox/spoil.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NUMBER_BYTES = 40, DIGITS = 6 };

struct currency {
	const char *code, *name;
	int64_t rate; /* for one euro, in millionths */
};

static const struct currency euro = { "EUR", "Euro", 1000000 };

static const struct currency currencies[] = {
	{ "AUD", "Australian Dollar", 1775500 },
	{ "BRL", "Brazilian Real", 6342800 },
	{ "CAD", "Canadian Dollar", 1603900 },
	{ "CHF", "Swiss Franc", 935100 },
	{ "CNY", "Chinese Renminbi Yuan", 8290600 },
	{ "CZK", "Czech Koruna", 24431000 },
	{ "DKK", "Danish Krone", 7465400 },
	{ "GBP", "British Pound", 858980 },
	{ "HKD", "Hong Kong Dollar", 9063700 },
	{ "HUF", "Hungarian Forint", 393780000 },
	{ "IDR", "Indonesian Rupiah", 19062410000 },
	{ "ILS", "Israeli New Shekel", 3904800 },
	{ "INR", "Indian Rupee", 102529000 },
	{ "ISK", "Icelandic Króna", 143200000 },
	{ "JPY", "Japanese Yen", 181590000 },
	{ "KRW", "South Korean Won", 1508670000 },
	{ "MXN", "Mexican Peso", 21759100 },
	{ "MYR", "Malaysian Ringgit", 4915300 },
	{ "NOK", "Norwegian Krone", 11716500 },
	{ "NZD", "New Zealand Dollar", 1987400 },
	{ "PHP", "Philippine Peso", 66573000 },
	{ "PLN", "Polish Złoty", 4251800 },
	{ "RON", "Romanian Leu", 5076300 },
	{ "SEK", "Swedish Krona", 10998500 },
	{ "SGD", "Singapore Dollar", 1497200 },
	{ "THB", "Thai Baht", 37512000 },
	{ "TRY", "Turkish Lira", 48104800 },
	{ "USD", "United States Dollar", 1162200 },
	{ "ZAR", "South African Rand", 20567200 },
};

enum { CURRENCIES = sizeof(currencies) / sizeof(currencies[0]) };

static const struct currency *find_currency(const char *code)
{
	if (strcasecmp(code, euro.code) == 0)
		return &euro;
	for (int i = 0; i < CURRENCIES; i++) {
		if (strcasecmp(currencies[i].code, code) == 0)
			return &currencies[i];
	}
	return NULL;
}

/* How many decimals a cross keeps. Millionths. */
static int decimals_of(int64_t rate)
{
	return rate > 5000 * INT64_C(1000000) ? 0
	       : rate > 80 * 1000000          ? 2
	       : rate > 20 * 1000000          ? 3
	       : rate > 1000000               ? 4
	       : rate > 100                   ? 5
					      : 6;
}

/* What one of base is worth, as it is written: no zeros at the end but one. */
static void format_rate(char text[NUMBER_BYTES], const struct currency *base,
			const struct currency *quote)
{
	int64_t rate = quote->rate;
	size_t len;

	if (base != &euro) {
		int64_t unit = 1;

		rate = (rate * 1000000 + base->rate / 2) / base->rate;
		for (int i = decimals_of(rate); i < DIGITS; i++)
			unit *= 10;
		rate = (rate + unit / 2) / unit * unit;
		if (decimals_of(rate) == 0) {
			snprintf(text, NUMBER_BYTES, "%" PRId64,
				 rate / 1000000);
			return;
		}
	}
	snprintf(text, NUMBER_BYTES, "%" PRId64 ".%06" PRId64, rate / 1000000,
		 rate % 1000000);
	for (len = strlen(text); text[len - 1] == '0' && text[len - 2] != '.';)
		text[--len] = '\0';
}

/* The last working day whose rates are out: at 15:00 UTC. */
static void format_date(char text[DATES_TEXT_BYTES], int64_t now_s)
{
	int64_t day = (now_s - 15 * 3600) / 86400;
	int64_t weekday = (day + 4) % 7; /* 0 is Sunday */
	struct tm date;

	if (weekday == 0)
		day -= 2;
	else if (weekday == 6)
		day -= 1;
	date = dates_at(day * 86400, 0);
	strftime(text, DATES_TEXT_BYTES, "%Y-%m-%d", &date);
}

static bool is_asked(const struct request *request, const char *code)
{
	for (size_t i = 0; i < request->symbol_count; i++) {
		if (strcasecmp(request->symbol[i], code) == 0)
			return true;
	}
	return request->asks_for_all;
}

static size_t add_rates(struct buf *out, const struct request *request,
			const struct fault_rows *rows,
			const struct currency *base)
{
	char text[NUMBER_BYTES];
	size_t rates = 0;

	json_add_key(out, "rates");
	buf_puts(out, "{");
	/* In the order of the alphabet, the euro among them. */
	for (int i = 0; i <= CURRENCIES; i++) {
		const struct currency *quote = i < 7    ? &currencies[i]
					       : i == 7 ? &euro
							: &currencies[i - 1];
		const char *code = quote->code;

		if (quote == base || !is_asked(request, code) ||
		    fault_in_row(rows, FAULT_ABSENT, code))
			continue;
		format_rate(text, base, quote);
		spoil_add_number(out, rows, code,
				 spoil_get_symbol(rows, code, "XXX"), text);
		rates++;
	}
	buf_puts(out, "}");
	return rates;
}

static void answer_latest(const struct request *request,
			  const struct arrival *arrival, struct answer *answer)
{
	const char *code = request_get_argument(request, "base");
	const struct currency *base;
	char date[DATES_TEXT_BYTES];
	size_t rates;

	if (!code)
		code = request_get_argument(request, "from");
	base = find_currency(code && *code ? code : euro.code);
	if (!base || request->has_too_many) {
		answer_refuse(answer, 404, "not found");
		return;
	}
	if (request->symbol_count == 1 &&
	    strcasecmp(request->symbol[0], base->code) == 0) {
		answer_refuse(answer, 422, "bad currency pair");
		return;
	}
	answer->is_good = true;
	buf_puts(&answer->body, "{\"amount\":1.0");
	json_add_field(&answer->body, "base", base->code);
	format_date(date, arrival->real_ms / 1000);
	json_add_field(&answer->body, "date", date);
	rates = add_rates(&answer->body, request, &arrival->rows, base);
	buf_puts(&answer->body, "}");
	if (rates == 0)
		answer_refuse(answer, 404, "not found");
}

static void answer_currencies(const struct arrival *arrival,
			      struct answer *answer)
{
	struct buf *out = &answer->body;

	answer->is_good = true;
	buf_puts(out, "{");
	for (int i = 0; i < CURRENCIES; i++) {
		if (i == 7)
			json_add_field(out, euro.code, euro.name);
		spoil_add_name(out, &arrival->rows, currencies[i].code,
			       currencies[i].code, currencies[i].name);
	}
	buf_puts(out, "}");
}

void ecb_answer(const struct request *request, const struct arrival *arrival,
		struct answer *answer)
{
	if (request->endpoint == ENDPOINT_CURRENCIES)
		answer_currencies(arrival, answer);
	else
		answer_latest(request, arrival, answer);
}
