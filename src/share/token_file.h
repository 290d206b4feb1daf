/* SPDX-License-Identifier: MIT */
/* token_file.h: the shared token as text.
 * Layer share; uses base, net/json, provider, boot, token_state.
 *
 * One JSON object. Its times are the wall clock's, so that they mean something
 * after a reboot and on another machine; and it says which boot's clock they
 * were made from and when that boot began, so that to a reader of the same boot
 * they are exact, wherever the wall clock has been set to since. Whatever is odd
 * about the text makes it none: it is replaced, never trusted, never fatal. */
#ifndef SHARE_TOKEN_FILE_H
#define SHARE_TOKEN_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf;
struct token_state;

/* Where a process stands. */
struct token_place {
	uint64_t boot;      /* whose clock it reads; 0: nobody can tell */
	uint64_t processes; /* among which its process id means something */
	int64_t began_ms;   /* when that boot began, by the wall clock as it is
				now */
};

void token_place_here(struct token_place *here);

/* Reads a file's text. owner is the hashed name of the login that it must be
 * for. A claim's process id is 0 where it is not one of ours.
 * Errors: PARSE, TRUNCATED: then the state is untouched. */
MUST_CHECK int token_file_parse(const char *text, size_t len, const char *owner,
				const struct token_place *here,
				struct token_state *s, struct err *err);

void token_file_format(const struct token_state *s, const char *owner,
		       const struct token_place *here, struct buf *out);

#endif
