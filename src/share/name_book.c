/* SPDX-License-Identifier: MIT */
#include "share/name_book.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digits.h"
#include "base/safefile.h"
#include "base/safefile_edit.h"
#include "base/span.h"

enum {
	FILE_MAX_BYTES = 16 << 20,
	TEXTS_MAX_BYTES = 16 << 20,
	FILE_NAME_BYTES = 64
};

#define HEAD "quotefetch names 1 "
#define TAIL "end "

struct entry {
	struct symbol symbol;
	uint32_t name, other; /* places in texts; other 0: none */
};

/* A name's hash and whose it is, sorted. */
struct place {
	uint32_t hash, entry;
};

struct name_book {
	struct entry *entry; /* owned */
	struct place *place; /* owned; NULL: no index yet */
	size_t places;
	size_t count, cap;
	struct buf texts; /* each with its NUL; the first byte is none's */
};

struct name_book *name_book_new(struct err *err)
{
	struct name_book *b = err_calloc(sizeof *b, err);

	if (!b)
		return NULL;
	buf_init(&b->texts, TEXTS_MAX_BYTES);
	buf_putc(&b->texts, '\0');
	return b;
}

void name_book_free(struct name_book *b)
{
	if (!b)
		return;
	buf_release(&b->texts);
	free(b->entry);
	free(b->place);
	free(b);
}

static int add(struct name_book *b, const struct symbol *symbol,
	       const char *name, size_t name_len, const char *other,
	       size_t other_len, struct err *err)
{
	struct entry e = { .symbol = *symbol, .name = (uint32_t)b->texts.len };
	struct entry *grown =
		err_grow(b->entry, b->count, &b->cap, sizeof *grown, err);

	if (!grown)
		return -1;
	b->entry = grown;
	buf_append(&b->texts, name, name_len);
	buf_putc(&b->texts, '\0');
	if (other_len > 0) {
		e.other = (uint32_t)b->texts.len;
		buf_append(&b->texts, other, other_len);
		buf_putc(&b->texts, '\0');
	}
	if (buf_check(&b->texts, ERR_PARSE, err) < 0)
		return -1;
	b->entry[b->count++] = e;
	return 0;
}

int name_book_add(void *arg, const struct symbol *symbol, const char *name,
		  const char *other, struct err *err)
{
	return add(arg, symbol, name, strlen(name), other,
		   other ? strlen(other) : 0, err);
}

size_t name_book_count(const struct name_book *b)
{
	return b->count;
}

struct name_entry name_book_at(const struct name_book *b, size_t i)
{
	const struct entry *e = &b->entry[i];

	require(i < b->count);
	return (struct name_entry){ .symbol = e->symbol,
				    .name = b->texts.data + e->name,
				    .other = e->other ? b->texts.data + e->other
						      : NULL };
}

/* ---- matching ----------------------------------------------------------- */

static const char *skip_blanks(const char *p)
{
	return p + strspn(p, " ");
}

/* What follows text in at, which begins with it; NULL when it does not. */
static const char *follow(const char *at, const char *text)
{
	for (text = skip_blanks(text); *text; text = skip_blanks(text + 1)) {
		at = skip_blanks(at);
		if (to_lower(*at) != to_lower(*text))
			return NULL;
		at++;
	}
	return skip_blanks(at);
}

/* Continuation bytes are no beginning of a character. */
static bool is_inside_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static enum name_match match(const char *name, const char *text)
{
	const char *rest = name ? follow(name, text) : NULL;

	if (rest)
		return *rest ? NAME_BEGINS : NAME_IS;
	for (; name && *name; name++)
		if (!is_inside_character(*name) && follow(name, text))
			return NAME_HAS;
	return NAME_MATCHES;
}

enum name_match name_book_match(const struct name_book *b, size_t i,
				const char *text)
{
	const struct name_entry e = name_book_at(b, i);
	enum name_match m[] = { match(e.symbol.code, text), match(e.name, text),
				match(e.other, text) };
	enum name_match best = m[0] < m[1] ? m[0] : m[1];

	if (!*skip_blanks(text))
		return NAME_MATCHES;
	return best < m[2] ? best : m[2];
}

/* FNV-1a of what matters of a text. */
static uint32_t hash_text(const char *text)
{
	uint32_t h = UINT32_C(2166136261);

	for (text = skip_blanks(text); *text; text = skip_blanks(text + 1))
		h = (h ^ (unsigned char)to_lower(*text)) * UINT32_C(16777619);
	return h;
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->entry > y->entry) - (x->entry < y->entry);
}

int name_book_index(struct name_book *b, struct err *err)
{
	struct place *place = malloc((2 * b->count + 1) * sizeof *place);
	size_t n = 0;

	if (!place)
		return err_no_memory(err);
	for (size_t i = 0; i < b->count; i++) {
		const struct name_entry e = name_book_at(b, i);

		place[n++] = (struct place){ hash_text(e.name), (uint32_t)i };
		if (e.other)
			place[n++] = (struct place){ hash_text(e.other),
						     (uint32_t)i };
	}
	qsort(place, n, sizeof *place, by_place);
	free(b->place);
	b->place = place;
	b->places = n;
	return 0;
}

/* The first place whose hash is not below. */
static size_t find_place(const struct name_book *b, uint32_t hash)
{
	size_t low = 0, high = b->places;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (b->place[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t name_book_named(const struct name_book *b, const char *text, size_t *out,
		       size_t max)
{
	uint32_t hash = hash_text(text);
	size_t last = SIZE_MAX, count = 0;

	require(b->place);
	if (!*skip_blanks(text))
		return 0;
	for (size_t i = find_place(b, hash);
	     i < b->places && b->place[i].hash == hash; i++) {
		size_t entry = b->place[i].entry;
		const struct name_entry e = name_book_at(b, entry);

		if (entry == last || (match(e.name, text) != NAME_IS &&
				      match(e.other, text) != NAME_IS))
			continue;
		last = entry; /* both of its names may be the same */
		if (count < max)
			out[count] = entry;
		count++;
	}
	return count;
}

/* ---- the file ----------------------------------------------------------- */

static void name_file(char out[FILE_NAME_BYTES], const char *source)
{
	snprintf(out, FILE_NAME_BYTES, "names-%s", source);
}

/* Digits up to a line end, behind which *p is then. */
static bool take_number(const char **p, const char *end, int64_t *value)
{
	size_t len = digits_take(*p, (size_t)(end - *p), INT64_MAX, value);

	*p += len;
	return len > 0 && *p < end && *(*p)++ == '\n';
}

static bool take_text(const char **p, const char *end, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(end - *p) < len || memcmp(*p, text, len) != 0)
		return false;
	*p += len;
	return true;
}

/* One line, "CODE.MARKET name other". Returns 1, 0: it is none, -1. */
static int take_line(struct name_book *b, const char *line, const char *end,
		     struct err *err)
{
	const char *name = memchr(line, '\t', (size_t)(end - line)), *other;
	struct symbol symbol;

	if (!name || name + 1 == end)
		return 0;
	other = memchr(name + 1, '\t', (size_t)(end - name - 1));
	if (!other || other == name + 1 ||
	    symbol_parse(line, (size_t)(name - line), MARKET_NONE, &symbol,
			 NULL) < 0)
		return 0;
	if (add(b, &symbol, name + 1, (size_t)(other - name - 1), other + 1,
		(size_t)(end - other - 1), err) < 0)
		return -1;
	return 1;
}

/* Returns 1, 0: it is no list, or not all of one, -1. */
static int take_list(struct name_book *b, const char *p, const char *end,
		     int64_t *made_at_ms, struct err *err)
{
	int64_t lines = 0, count;

	if (!take_text(&p, end, HEAD) || !take_number(&p, end, made_at_ms))
		return 0;
	for (; p < end; lines++) {
		const char *next;
		int rc;

		if (take_text(&p, end, TAIL))
			return take_number(&p, end, &count) && p == end &&
			       count == lines;
		next = memchr(p, '\n', (size_t)(end - p));
		if (!next)
			return 0;
		rc = take_line(b, p, next, err);
		if (rc <= 0)
			return rc;
		p = next + 1;
	}
	return 0;
}

int name_book_parse(struct name_book *b, const char *text, size_t len,
		    int64_t *made_at_ms, struct err *err)
{
	size_t count = b->count, texts = b->texts.len;
	int rc = take_list(b, text, text + len, made_at_ms, err);

	if (rc <= 0) {
		b->count = count;
		b->texts.len = texts;
		b->texts.is_over = b->texts.is_exhausted = false;
	}
	return rc;
}

int name_book_load(struct name_book *b, int dirfd, const char *source,
		   int64_t *made_at_ms, struct err *err)
{
	char file[FILE_NAME_BYTES];
	struct buf text;
	int rc = 0;

	name_file(file, source);
	buf_init(&text, FILE_MAX_BYTES);
	if (safefile_read(dirfd, file, &text, NULL) > 0)
		rc = name_book_parse(b, buf_text(&text), text.len, made_at_ms,
				     err);
	buf_release(&text);
	return rc;
}

struct list {
	const struct name_book *book;
	int64_t made_at_ms;
};

static int write_list(void *arg, int dirfd, struct buf *out, struct err *err)
{
	const struct list *l = arg;

	(void)dirfd, (void)err;
	buf_printf(out, HEAD "%lld\n", (long long)l->made_at_ms);
	for (size_t i = 0; i < l->book->count; i++) {
		const struct name_entry e = name_book_at(l->book, i);

		buf_printf(out, "%s.%s\t%s\t%s\n", e.symbol.code,
			   market_name(e.symbol.market), e.name,
			   e.other ? e.other : "");
	}
	buf_printf(out, TAIL "%zu\n", l->book->count);
	return 0;
}

int name_book_save(const struct name_book *b, int dirfd, const char *source,
		   int64_t made_at_ms, struct stop *stop, int64_t deadline_ns,
		   struct err *err)
{
	struct list list = { b, made_at_ms };
	const struct safefile_text text = { FILE_MAX_BYTES, write_list, &list };
	char file[FILE_NAME_BYTES];

	name_file(file, source);
	return safefile_rewrite(dirfd, file, &text, stop, deadline_ns, err);
}
