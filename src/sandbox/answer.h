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

struct answer {
	int status;
	bool is_good;             /* neither refused nor replaced */
	char msg_cd[12];          /* "" where the body has none */
	const char *content_type; /* borrowed; NULL: none */
	char header[24];          /* one more header, or "" */
	char header_value[640];
	struct buf body;
};

void answer_init(struct answer *answer);
void answer_release(struct answer *answer);

/* {"output": and, after the output, the result codes of a success. */
void answer_open(struct answer *answer);
void answer_close(struct answer *answer, const struct fault_rule *rule);

/* The output of the domestic single call; stock NULL: no such code. */
void answer_domestic_single(struct buf *body,
			    const struct domestic_stock *stock,
			    const struct fault_rows *rows);

/* One row of the domestic multi call; stock NULL: a blank row.
 * is_signed: change and percent carry a sign, else the sign code alone. */
void answer_domestic_row(struct buf *body, const struct domestic_stock *stock,
			 bool is_signed, const struct fault_rows *rows);

/* The output of the overseas calls; stock NULL: no such symbol there. */
void answer_overseas_price(struct buf *body, const struct overseas_stock *stock,
			   const struct fault_rows *rows);
void answer_overseas_detail(struct buf *body,
			    const struct overseas_stock *stock,
			    const struct fault_rows *rows);

/* part of whole as percent with two decimals: -0.57.
 * Owns: text is the caller's. */
enum { PERCENT_BYTES = 32 };
void answer_format_percent(char text[PERCENT_BYTES], int64_t part,
			   int64_t whole);

#endif
