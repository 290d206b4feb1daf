/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_limit(struct buf *b)
{
	b->limit = b->cap > b->max ? b->max + 1 : b->cap;
}

/* What did not fit leaves a gap: nothing may follow it. */
static bool fail(struct buf *b, bool *why)
{
	*why = true;
	b->limit = 0;
	return false;
}

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){ .max = max_bytes };
}

void buf_release(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->is_exhausted = false;
	b->is_over = false;
	set_limit(b);
	if (b->data)
		b->data[0] = '\0';
}

void buf_drop_front(struct buf *b, size_t len)
{
	require(len <= b->len);
	if (len == 0)
		return;
	b->len -= len;
	memmove(b->data, b->data + len, b->len + 1);
}

static bool grow(struct buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : 256;
	char *data;

	while (cap < need)
		cap = cap > b->max / 2 ? b->max + 1 : cap * 2;
	data = realloc(b->data, cap);
	if (!data)
		return fail(b, &b->is_exhausted);
	b->data = data;
	b->cap = cap;
	set_limit(b);
	return true;
}

bool buf_reserve(struct buf *b, size_t len)
{
	size_t need;

	if (b->is_exhausted || b->is_over)
		return false;
	if (len > b->max - b->len)
		return fail(b, &b->is_over);
	need = b->len + len + 1;
	return need <= b->cap || grow(b, need);
}

void buf_append(struct buf *b, const char *data, size_t len)
{
	char *at = len ? buf_extend(b, len) : NULL;

	if (at)
		memcpy(at, data, len);
}

void buf_puts(struct buf *b, const char *text)
{
	buf_append(b, text, strlen(text));
}

void buf_putc(struct buf *b, char c)
{
	buf_append(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	require(n >= 0);
	if (!buf_reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void buf_fill(struct buf *b, char c, size_t count)
{
	if (count == 0 || !buf_reserve(b, count))
		return;
	memset(b->data + b->len, c, count);
	b->len += count;
	b->data[b->len] = '\0';
}

void buf_insert(struct buf *b, size_t at, const char *data, size_t len)
{
	require(at <= b->len);
	if (len == 0 || !buf_reserve(b, len))
		return;
	memmove(b->data + at + len, b->data + at, b->len - at);
	memcpy(b->data + at, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

const char *buf_text(const struct buf *b)
{
	return b->len ? b->data : "";
}

char *buf_take(struct buf *b, size_t *len)
{
	char *data = b->data;

	*len = b->len;
	buf_init(b, b->max);
	return data;
}

int buf_check(const struct buf *b, enum err_kind over_kind, struct err *err)
{
	if (b->is_exhausted)
		return err_no_memory(err);
	if (b->is_over)
		return err_set(err, over_kind, "more than %zu bytes", b->max);
	return 0;
}
