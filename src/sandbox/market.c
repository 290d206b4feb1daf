/* SPDX-License-Identifier: MIT */
#include "sandbox/market.h"

#include "sandbox/chance.h"
#include "sandbox/listing.h"
#include "sandbox/request.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct venue {
	const char *code, *home; /* BAQ is the day session of NAS */
	const char *group, *currency;
	int decimals;
	int64_t won_rate;
};

static const struct venue venues[] = {
	{ "NAS", "NAS", "US", "USD", 4, 138550 },
	{ "NYS", "NYS", "US", "USD", 4, 138550 },
	{ "AMS", "AMS", "US", "USD", 4, 138550 },
	{ "BAQ", "NAS", "US", "USD", 4, 138550 },
	{ "BAY", "NYS", "US", "USD", 4, 138550 },
	{ "BAA", "AMS", "US", "USD", 4, 138550 },
	{ "HKS", "HKS", "HKS", "HKD", 3, 17820 },
	{ "TSE", "TSE", "TSE", "JPY", 1, 925 },
	{ "SHS", "SHS", "SHS", "CNY", 3, 19230 },
	{ "SZS", "SZS", "SZS", "CNY", 3, 19230 },
	{ "HSX", "HSX", "HSX", "VND", 0, 5 },
	{ "HNX", "HNX", "HNX", "VND", 0, 5 },
};

static bool all_are(const char *text, int (*is_kind)(int))
{
	for (; *text; text++) {
		if (!is_kind((unsigned char)*text))
			return false;
	}
	return true;
}

static int is_code_char(int c)
{
	return isdigit(c) || isupper(c);
}

/* Six digits and capitals that begin with a digit, or Q and six more. */
static bool is_domestic_code(const char *code)
{
	size_t len = strlen(code);

	if (strcmp(code, "999999") == 0 || strcmp(code, "000000") == 0)
		return false;
	if (len == 7 && code[0] == 'Q')
		return all_are(code + 1, isdigit);
	return len == 6 && isdigit((unsigned char)code[0]) &&
	       all_are(code, is_code_char);
}

static int64_t domestic_tick(int64_t price, bool is_fund)
{
	if (is_fund)
		return price < 2000 ? 1 : 5;
	return price < 2000     ? 1
	       : price < 5000   ? 5
	       : price < 20000  ? 10
	       : price < 50000  ? 50
	       : price < 200000 ? 100
	       : price < 500000 ? 500
				: 1000;
}

/* previous moved by up to 5.00 %, on the grid of unit. */
static int64_t moved(int64_t previous, uint64_t noise, int64_t unit)
{
	int64_t hundredths = (int64_t)(noise % 1001) - 500;
	int64_t price = previous / 100 * hundredths / 100 + previous;

	return greater(unit, price / unit * unit);
}

bool market_find_domestic(const char *unknown, const char *code,
			  struct stock *stock)
{
	const struct domestic_listing *known = listing_find_domestic(code);
	uint64_t noise = chance_of_text(code);
	static const int64_t scale[] = { 10, 10, 100, 100, 100, 1000 };
	int64_t previous =
		(int64_t)(100 + noise % 900) * scale[noise / 900 % 6];

	if (!is_domestic_code(code) ||
	    request_list_has(unknown, ",", code, strlen(code), strncmp))
		return false;
	*stock = (struct stock){
		.board = noise & 1 ? "KOSPI" : "KOSDAQ",
		.sector = "기타",
		.currency = "KRW",
		.per_unit = 1,
		.noise = noise,
	};
	snprintf(stock->code, sizeof(stock->code), "%s", code);
	snprintf(stock->name, sizeof(stock->name), "모의종목%s", code);
	if (known) {
		snprintf(stock->name, sizeof(stock->name), "%s", known->name);
		stock->board = known->board;
		stock->sector = known->sector;
		previous = known->previous;
	}
	stock->tick = domestic_tick(
		previous, known && strncmp(known->sector, "ET", 2) == 0);
	stock->previous = previous / stock->tick * stock->tick;
	stock->upper = previous * 13 / 10 / stock->tick * stock->tick;
	stock->lower = previous * 7 / 10 / stock->tick * stock->tick;
	stock->shares = (int64_t)(1000000 + (noise >> 20) % 900000000);
	if (known && known->price < 0)
		return true;
	stock->price = known ? known->price
			     : moved(stock->previous, noise >> 8, stock->tick);
	stock->open =
		moved(stock->previous, (noise >> 16) % 201 + 400, stock->tick);
	stock->high = greater(stock->open, stock->price) +
		      (int64_t)(noise >> 24) % 4 * stock->tick;
	stock->low = greater(stock->tick,
			     lesser(stock->open, stock->price) -
				     (int64_t)(noise >> 28) % 4 * stock->tick);
	stock->ask = stock->price + (noise >> 32 & 1 ? stock->tick : 0);
	stock->bid = greater(stock->tick, stock->ask - stock->tick);
	stock->volume = (int64_t)(1000 + (noise >> 30) % 5000000);
	stock->value = stock->volume * ((stock->high + stock->low) / 2);
	return true;
}

bool market_go_to_venue(struct stock *stock, const char *venue)
{
	bool is_fund = strncmp(stock->sector, "ET", 2) == 0;
	int64_t on_new = stock->volume / 3;

	if (strcmp(venue, "NX") != 0 && strcmp(venue, "UN") != 0)
		return true;
	if (is_fund)
		return strcmp(venue, "UN") == 0;
	if (stock->price == 0)
		return true;
	if (stock->price < stock->upper)
		stock->price += stock->tick;
	stock->high = greater(stock->high, stock->price);
	stock->volume =
		strcmp(venue, "NX") == 0 ? on_new : stock->volume + on_new;
	stock->value = stock->volume * ((stock->high + stock->low) / 2);
	return true;
}

/* Where an unlisted US symbol is listed: mostly Nasdaq. */
static const char *us_home(uint64_t noise)
{
	static const char *const home[] = { "NAS", "NYS", "NAS", "NYS", "NAS",
					    "NAS", "NYS", "NAS", "AMS", "NYS" };

	return home[noise % 10];
}

/* One to six capitals, with a share class or not: BRK.B, BRK/B. */
static bool is_us_code(const char *code)
{
	size_t letters = strcspn(code, "./");
	char root[8];

	if (letters < 1 || letters > 6 || strcmp(code, "ZZZZZZ") == 0)
		return false;
	memcpy(root, code, letters);
	root[letters] = '\0';
	return all_are(root, isupper) &&
	       (code[letters] == '\0' ||
		(isupper((unsigned char)code[letters + 1]) &&
		 code[letters + 2] == '\0'));
}

static bool is_overseas_code(const struct venue *venue, const char *code)
{
	size_t len = strlen(code);

	if (strcmp(venue->group, "US") == 0)
		return is_us_code(code);
	if (strcmp(venue->group, "HKS") == 0)
		return (len == 4 || len == 5) && all_are(code, isdigit) &&
		       strspn(code, "0") < len;
	if (strcmp(venue->group, "TSE") == 0)
		return len == 4 && isdigit((unsigned char)code[0]) &&
		       all_are(code, is_code_char) && strcmp(code, "0000") != 0;
	if (strcmp(venue->group, "SHS") == 0)
		return len == 6 && all_are(code, isdigit) &&
		       strchr("569", code[0]) && strcmp(code, "999999") != 0;
	if (strcmp(venue->group, "SZS") == 0)
		return len == 6 && all_are(code, isdigit) &&
		       strchr("0123", code[0]) && strcmp(code, "000000") != 0;
	return len == 3 && all_are(code, is_code_char);
}

bool market_find_overseas(const char *unknown, const char *exchange,
			  const char *code, struct stock *stock)
{
	const struct overseas_listing *known;
	const struct venue *venue = NULL;
	uint64_t noise = chance_of_text(code);
	int64_t unit = 1, previous;

	for (size_t i = 0; i < sizeof(venues) / sizeof(venues[0]); i++) {
		if (strcmp(venues[i].code, exchange) == 0)
			venue = &venues[i];
	}
	if (!venue ||
	    request_list_has(unknown, ",", code, strlen(code), strncmp) ||
	    !is_overseas_code(venue, code))
		return false;
	known = listing_find_overseas(code, venue->group);
	if (strcmp(venue->group, "US") == 0 &&
	    strcmp(known ? known->exchange : us_home(noise), venue->home) != 0)
		return false;

	for (int i = venue->decimals; i < 4; i++)
		unit *= 10;
	/* US prices sit on the cent, though four decimals are shown. */
	unit = greater(unit, 100);
	previous =
		known ? known->previous : (int64_t)(300 + noise % 89700) * unit;
	*stock = (struct stock){
		.currency = venue->currency,
		.sector = "기타",
		.decimals = venue->decimals,
		.previous = previous,
		.upper = previous * 3 / 2 / unit * unit,
		.lower = previous / 2 / unit * unit,
		.tick = unit,
		.per_unit = 10000,
		.won_rate = venue->won_rate,
		.noise = noise,
		.is_preopen = !known && noise >> 40 & 1 && noise >> 41 & 1 &&
			      noise >> 42 & 1,
	};
	snprintf(stock->code, sizeof(stock->code), "%s", code);
	snprintf(stock->exchange, sizeof(stock->exchange), "%s", exchange);
	stock->price = known               ? known->price
		       : stock->is_preopen ? previous
					   : moved(previous, noise >> 8, unit);
	stock->open = moved(previous, (noise >> 16) % 201 + 400, unit);
	stock->high = greater(stock->open, stock->price) +
		      (int64_t)(noise >> 24) % 40 * unit;
	stock->low = greater(unit, lesser(stock->open, stock->price) -
					   (int64_t)(noise >> 28) % 40 * unit);
	stock->ask = stock->price;
	stock->bid = stock->price - unit;
	stock->shares = (int64_t)(10000000 + (noise >> 20) % 9000000000);
	stock->volume = stock->is_preopen
				? 0
				: (int64_t)(10000 + (noise >> 30) % 90000000);
	stock->value = stock->volume * (stock->price / 100) / 100;
	return true;
}

bool market_find_us(const char *unknown, const char *code, struct stock *stock)
{
	return market_find_overseas(unknown, "NAS", code, stock) ||
	       market_find_overseas(unknown, "NYS", code, stock) ||
	       market_find_overseas(unknown, "AMS", code, stock);
}

void market_halt(struct stock *stock)
{
	stock->price = stock->open = stock->high = stock->low = 0;
	stock->ask = stock->bid = 0;
	stock->volume = stock->value = 0;
}
