/* SPDX-License-Identifier: MIT */
/* answer.h: an answer before it is sent, and the bodies of good answers.
 * Sandbox; uses body, market, fault. Pure.
 *
 * Each row is built with the rules about rows that have the call, so that a
 * spoiled field stands where the good one would. */
#ifndef SANDBOX_ANSWER_H
#define SANDBOX_ANSWER_H

#include <stdbool.h>

#include "sandbox/fault.h"
#include "sandbox/json_text.h"
#include "sandbox/market.h"

enum { ANSWER_HEADERS_MAX = 4 };

struct answer_header {
	char name[24], value[640];
};

struct answer {
	int status;
	bool is_good;             /* neither refused nor replaced */
	char msg_cd[12];          /* "" where the body has none */
	const char *content_type; /* borrowed; NULL: none */
	struct answer_header header[ANSWER_HEADERS_MAX]; /* further ones */
	size_t headers;
	struct buf body;
};

void answer_init(struct answer *answer);
void answer_release(struct answer *answer);

/* One more header; what is beyond the last place is dropped. */
PRINTF_LIKE(3, 4)
void answer_add_header(struct answer *answer, const char *name,
		       const char *format, ...);

/* {"message":"..."}, as Alpaca and Frankfurter refuse. */
void answer_refuse(struct answer *answer, int status, const char *message);

/* {"output": and, after the output, the result codes of a success. */
void answer_open(struct answer *answer);
void answer_close(struct answer *answer, const struct fault_rule *rule);

/* The output of the domestic single call; stock NULL: no such code. */
void answer_domestic_single(struct buf *body, const struct stock *stock,
			    const struct fault_rows *rows);

/* One row of the domestic multi call; found NULL: a blank row.
 * is_signed: change and percent carry a sign, else the sign code alone. */
void answer_domestic_row(struct buf *body, const struct stock *found,
			 bool is_signed, const struct fault_rows *faults);

/* The output of the index call. What it does not know has zeros. */
void answer_index(struct buf *out, const char *code,
		  const struct fault_rows *rows);

/* The output of the two overseas calls; found NULL: no such symbol there. */
void answer_overseas(struct buf *body, const struct stock *found,
		     bool has_detail, const struct fault_rows *faults);

/* A number as text; part of whole as percent with two decimals: -0.57. */
void answer_add_number(struct buf *body, const char *key, int64_t number);
void answer_add_percent(struct buf *body, const char *key, int64_t part,
			int64_t whole);
enum { PERCENT_BYTES = 32 };
void answer_format_percent(char text[PERCENT_BYTES], int64_t part,
			   int64_t whole);

/* How far the price is from yesterday's; 0 where nothing was traded. */
int64_t answer_change_of(const struct stock *stock);

/* A stock without anything, for the keys of a row; and the row that begins at
 * from with all its values empty. */
extern const struct stock answer_nothing;
void answer_empty_row(struct buf *body, size_t from);

#endif
