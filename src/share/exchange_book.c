/* SPDX-License-Identifier: MIT */
#include "share/exchange_book.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/safefile.h"
#include "base/safefile_edit.h"

#define FILE_NAME "exchanges"

enum { FILE_MAX_BYTES = 4 << 20 };

struct entry {
	char code[SYMBOL_CODE_BYTES];
	uint8_t exchange;
	bool is_new; /* found by this run */
};

struct exchange_book {
	struct entry *entry; /* sorted by code; owned */
	size_t count, cap;
	bool has_news;
};

struct exchange_book *exchange_book_new(struct err *err)
{
	return err_calloc(sizeof(struct exchange_book), err);
}

void exchange_book_free(struct exchange_book *b)
{
	if (!b)
		return;
	free(b->entry);
	free(b);
}

/* The first place whose code is not below; count when all are. */
static size_t lower_bound(const struct exchange_book *b, const char *code)
{
	size_t low = 0, high = b->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(b->entry[mid].code, code) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_at(const struct exchange_book *b, size_t i, const char *code)
{
	return i < b->count && strcmp(b->entry[i].code, code) == 0;
}

enum market exchange_book_find(const struct exchange_book *b, const char *code)
{
	size_t i = lower_bound(b, code);

	return is_at(b, i, code) ? b->entry[i].exchange : MARKET_NONE;
}

static int put(struct exchange_book *b, const char *code, enum market exchange,
	       bool is_new, struct err *err)
{
	size_t i = lower_bound(b, code);

	if (!is_at(b, i, code)) {
		struct entry *grown = err_grow(b->entry, b->count, &b->cap,
					       sizeof *grown, err);

		if (!grown)
			return -1;
		b->entry = grown;
		memmove(&b->entry[i + 1], &b->entry[i],
			(b->count - i) * sizeof *b->entry);
		b->count++;
		memset(&b->entry[i], 0, sizeof b->entry[i]);
		memcpy(b->entry[i].code, code, strlen(code) + 1);
	} else if (b->entry[i].is_new && !is_new) {
		return 0; /* what this run saw is fresher than the file */
	}
	b->entry[i].exchange = (uint8_t)exchange;
	b->entry[i].is_new = is_new;
	return 0;
}

int exchange_book_note(struct exchange_book *b, const char *code,
		       enum market exchange, struct err *err)
{
	require(strlen(code) < SYMBOL_CODE_BYTES);
	if (exchange_book_find(b, code) == exchange)
		return 0;
	b->has_news = true;
	return put(b, code, exchange, true, err);
}

/* One line, "CODE EXCHANGE"; anything else is passed over. */
static int read_line(struct exchange_book *b, const char *line, size_t len,
		     struct err *err)
{
	const char *blank = memchr(line, ' ', len);
	struct symbol s;

	if (!blank ||
	    symbol_parse(line, (size_t)(blank - line),
			 market_from_name(blank + 1,
					  (size_t)(line + len - blank - 1)),
			 &s, NULL) < 0)
		return 0;
	if (s.market != MARKET_NAS && s.market != MARKET_NYS &&
	    s.market != MARKET_AMS)
		return 0;
	return put(b, s.code, s.market, false, err);
}

int exchange_book_load(struct exchange_book *b, int dirfd, struct err *err)
{
	struct buf text;
	const char *line, *end, *stop;
	int rc = 0;

	buf_init(&text, FILE_MAX_BYTES);
	if (safefile_read(dirfd, FILE_NAME, &text, NULL) > 0) {
		line = buf_text(&text);
		stop = line + text.len;
		for (; rc == 0 && line < stop; line = end + 1) {
			end = memchr(line, '\n', (size_t)(stop - line));
			if (!end)
				break;
			rc = read_line(b, line, (size_t)(end - line), err);
		}
	}
	buf_release(&text);
	return rc;
}

static int write_all(void *arg, int dirfd, struct buf *out, struct err *err)
{
	struct exchange_book *b = arg;

	if (exchange_book_load(b, dirfd, err) < 0)
		return -1;
	for (size_t i = 0; i < b->count; i++)
		buf_printf(out, "%s %s\n", b->entry[i].code,
			   market_name(b->entry[i].exchange));
	return 0;
}

int exchange_book_save(struct exchange_book *b, int dirfd, struct stop *stop,
		       int64_t deadline_ns, struct err *err)
{
	const struct safefile_text text = { FILE_MAX_BYTES, write_all, b };

	if (b->has_news && safefile_rewrite(dirfd, FILE_NAME, &text, stop,
					    deadline_ns, err) < 0)
		return -1;
	b->has_news = false;
	return 0;
}
