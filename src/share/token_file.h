/* token_file.h: the token as other processes find it.
 * Layer share; uses base, net/json, provider.
 *
 * One JSON object, 0600, in the state directory: the token, its end, when a
 * token was last asked for, and whom it is for. Whatever is odd about the file
 * makes it no file: it is replaced, never trusted, never fatal. */
#ifndef SHARE_TOKEN_FILE_H
#define SHARE_TOKEN_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "provider/provider.h"

struct stop;

struct token_file {
	struct provider_token token; /* text "": none */
	int64_t asked_at_ms;         /* wall clock; 0: never */
};

/* owner is the hashed name of app key, environment and host. */
MUST_CHECK int token_file_lock(int dirfd, const char *owner, struct stop *stop,
			       int64_t deadline_ns, struct err *err);

/* Leaves f as it is where the file is not there or not to be trusted. */
void token_file_read(int dirfd, const char *owner, struct token_file *f);

/* Parses a file's text; for token_file_read and the fuzzer.
 * Errors: PARSE. */
MUST_CHECK int token_file_parse(const char *text, size_t len, const char *owner,
				struct token_file *f, struct err *err);

/* A file that cannot be written is no failure of the run; dirfd -1: none. */
void token_file_write(int dirfd, const char *owner, const struct token_file *f);

#endif
