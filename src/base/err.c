/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	bool is_retryable;
} kinds[ERR_KINDS] = {
	[ERR_USAGE] = { "Usage", false },
	[ERR_INPUT] = { "Input", false },
	[ERR_NOT_FOUND] = { "NotFound", false },
	[ERR_NO_TRADE] = { "NoTrade", false },
	[ERR_LIMIT] = { "Limit", false },
	[ERR_RATE_LIMIT] = { "RateLimit", true },
	[ERR_DEADLINE] = { "Deadline", false },
	[ERR_TIMEOUT] = { "Timeout", true },
	[ERR_NETWORK] = { "Network", true },
	[ERR_HOST] = { "Network", true },
	[ERR_TLS] = { "Tls", false },
	[ERR_HANDSHAKE] = { "Tls", true },
	[ERR_HTTP] = { "Http", false },
	[ERR_SERVER] = { "Http", true },
	[ERR_AUTH] = { "Auth", false },
	[ERR_FORBIDDEN] = { "Auth", false },
	[ERR_TOKEN] = { "Auth", false },
	[ERR_PARSE] = { "Parse", false },
	[ERR_TRUNCATED] = { "Parse", true },
	[ERR_UNSUPPORTED] = { "Unsupported", false },
	[ERR_CANCELED] = { "Canceled", false },
	[ERR_OUTPUT] = { "Output", false },
	[ERR_SYSTEM] = { "System", false },
};

/* Where snprintf had to cut, it may have cut a character of UTF-8 in two: what
 * is not ASCII at the end goes. */
static void end_whole(char msg[ERR_MSG_BYTES], size_t wanted)
{
	size_t len = ERR_MSG_BYTES - 1;

	if (wanted <= len)
		return;
	while (len > 0 && (msg[len - 1] & 0xc0) == 0x80)
		len--;
	if (len > 0 && (msg[len - 1] & 0x80))
		len--;
	msg[len] = '\0';
}

PRINTF_LIKE(4, 0)
static void fill(struct err *err, enum err_kind kind, int code, const char *fmt,
		 va_list ap)
{
	err->kind = kind;
	err->code = code;
	err->retry_after_ms = 0;
	end_whole(err->msg,
		  (size_t)vsnprintf(err->msg, sizeof err->msg, fmt, ap));
}

static void append(struct err *err, const char *text)
{
	size_t len = strlen(err->msg);

	snprintf(err->msg + len, sizeof err->msg - len, "%s", text);
	end_whole(err->msg, len + strlen(text));
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, kind, 0, fmt, ap);
	va_end(ap);
	return -1;
}

int err_set_errno(struct err *err, enum err_kind kind, int errnum,
		  const char *fmt, ...)
{
	char text[96];
	va_list ap;

	if (!err)
		return -1;
	va_start(ap, fmt);
	fill(err, kind, errnum, fmt, ap);
	va_end(ap);
	/* XSI strerror_r (this file asks for POSIX, not GNU): thread-safe. */
	if (strerror_r(errnum, text, sizeof text) != 0)
		snprintf(text, sizeof text, "error %d", errnum);
	append(err, ": ");
	append(err, text);
	return -1;
}

int err_no_memory(struct err *err)
{
	return err_set(err, ERR_SYSTEM, "out of memory");
}

void *err_calloc(size_t bytes, struct err *err)
{
	void *memory = calloc(1, bytes);

	if (!memory)
		err_no_memory(err);
	return memory;
}

void *err_grow(void *array, size_t count, size_t *cap, size_t size,
	       struct err *err)
{
	size_t larger = *cap ? 2 * *cap : 64;
	void *grown;

	if (count < *cap)
		return array;
	grown = larger <= SIZE_MAX / size ? realloc(array, larger * size)
					  : NULL;
	if (grown)
		*cap = larger;
	else
		err_no_memory(err);
	return grown;
}

void say_line(say_fn *say, void *arg, const char *fmt, ...)
{
	char line[ERR_MSG_BYTES + 120];
	va_list ap;

	if (!say)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	say(arg, line);
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char tail[ERR_MSG_BYTES];
	va_list ap;

	if (!err)
		return -1;
	memcpy(tail, err->msg, sizeof tail);
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof err->msg, fmt, ap);
	va_end(ap);
	append(err, ": ");
	append(err, tail);
	return -1;
}

const char *err_kind_name(enum err_kind kind)
{
	require((unsigned)kind < ERR_KINDS);
	return kinds[kind].name;
}

size_t err_count_named(const size_t *counts, enum err_kind kind)
{
	const char *name = err_kind_name(kind);
	size_t sum = 0;

	for (int k = 0; k < ERR_KINDS; k++) {
		if (strcmp(kinds[k].name, name) != 0)
			continue;
		if (k < (int)kind)
			return 0;
		sum += counts[k];
	}
	return sum;
}

bool err_kind_is_retryable(enum err_kind kind)
{
	require((unsigned)kind < ERR_KINDS);
	return kinds[kind].is_retryable;
}

void err_abort(const char *file, int line, const char *what)
{
	fprintf(stderr, "quotefetch: %s:%d: broken promise: %s\n", file, line,
		what);
	abort();
}
