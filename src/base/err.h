/* SPDX-License-Identifier: MIT */
/* err.h: what went wrong, as a plain value.
 * Layer base; uses nothing.
 *
 * An err has no heap: it crosses a queue, lives in a result and survives
 * out-of-memory. Functions that can fail take a struct err * last, leave it
 * untouched on success, and fill it on failure. What to do about a failure
 * hangs on its kind: a further attempt (err_kind_is_retryable), smaller calls
 * (fetch.c), an early end (breaker.c), the exit status (exit_status.c). */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NO_RETURN __attribute__((noreturn))
#else
#define MUST_CHECK
#define PRINTF_LIKE(f, a)
#define NO_RETURN
#endif

enum err_kind {
	ERR_USAGE,     /* the command line or the configuration is wrong */
	ERR_INPUT,     /* a symbol, or a request as such, is not acceptable */
	ERR_NOT_FOUND, /* the broker does not know the symbol, or has no price */
	ERR_NO_TRADE,  /* it knows it, and there was no trade: no price yet */
	ERR_LIMIT,     /* more symbols than one session or day may have */
	ERR_RATE_LIMIT, /* the broker says: too many calls */
	ERR_DEADLINE,   /* the time of the whole run is up */
	ERR_TIMEOUT,    /* one attempt took too long */
	ERR_NETWORK,    /* no connection, or it broke */
	ERR_HOST,       /* the host name does not resolve */
	ERR_TLS, /* the certificate is not trusted, or the CA file unfit */
	ERR_HANDSHAKE, /* the TLS handshake broke off */
	ERR_HTTP,      /* an answer that is not one of the protocol's */
	ERR_SERVER,    /* the broker's side is in trouble for now */
	ERR_AUTH,      /* credentials refused, or no token available */
	ERR_FORBIDDEN, /* what was asked is refused; a gateway's 401 or 403 page */
	ERR_TOKEN,     /* the token is dead: a new one may help (never final) */
	ERR_PARSE,     /* the answer does not say what it must */
	ERR_TRUNCATED,   /* the answer ends before its end */
	ERR_UNSUPPORTED, /* this account or market has no such call */
	ERR_CANCELED,    /* stopped by the user */
	ERR_OUTPUT,      /* the output could not be written */
	ERR_SYSTEM, /* the operating system refused something, or no memory */
	ERR_KINDS
};

enum { ERR_MSG_BYTES = 200 };

struct err {
	enum err_kind kind;
	int code; /* HTTP status, errno or library code; 0: none */
	int64_t retry_after_ms; /* the server's wish; 0: none */
	char msg[ERR_MSG_BYTES];
};

/* Fills err and returns -1, so that a failing function can end in
 * "return err_set(err, ERR_PARSE, ...)". err may be NULL. */
PRINTF_LIKE(3, 4)
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...);

/* The same for a failed system call: appends ": " and the text of errnum. */
PRINTF_LIKE(4, 5)
int err_set_errno(struct err *err, enum err_kind kind, int errnum,
		  const char *fmt, ...);

/* Out of memory, said in one way. Returns -1. */
int err_no_memory(struct err *err);

/* Zeroed memory, which the caller frees; NULL where there is none: err says so. */
MUST_CHECK void *err_calloc(size_t bytes, struct err *err);

/* Room for one more in an array of count elements, of which *cap fit: doubled
 * where it is full. Returns the array; NULL where there is no memory: the old one
 * stands, and err says so. */
MUST_CHECK void *err_grow(void *array, size_t count, size_t *cap, size_t size,
			  struct err *err);

/* Puts "context: " before the message. Returns -1. */
PRINTF_LIKE(2, 3)
int err_wrap(struct err *err, const char *fmt, ...);

/* The name that records show as error_type, as "NotFound". */
const char *err_kind_name(enum err_kind kind);

/* Several kinds share a name (a dead host and a dead line are both Network).
 * counts: ERR_KINDS of them, by kind. Returns the sum of those that bear the
 * kind's name; 0 where an earlier kind has the same name, and has it. */
size_t err_count_named(const size_t *counts, enum err_kind kind);

/* Whether a further attempt of the same request may succeed. */
bool err_kind_is_retryable(enum err_kind kind);

/* Tells the user one line. */
typedef void say_fn(void *arg, const char *line);

/* The same of a line that is made; say NULL: nobody listens. */
PRINTF_LIKE(3, 4) void say_line(say_fn *say, void *arg, const char *fmt, ...);

/* A broken promise of the caller: prints file:line and aborts, in release
 * too. */
#define require(cond) ((cond) ? (void)0 : err_abort(__FILE__, __LINE__, #cond))
NO_RETURN void err_abort(const char *file, int line, const char *what);

#endif
