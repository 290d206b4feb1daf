/* SPDX-License-Identifier: MIT */
#include "sandbox/wire_fault.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

bool wire_fault_is_silent(enum fault fault)
{
	return fault == FAULT_HANG || fault == FAULT_TOKEN_TIMEOUT;
}

bool wire_fault_is_abrupt(enum fault fault)
{
	return fault == FAULT_RESET || fault == FAULT_CLOSE ||
	       fault == FAULT_RESEND || fault == FAULT_LOST ||
	       fault == FAULT_DOWN;
}

static const char *reason_of(int status)
{
	return status == 200   ? "OK"
	       : status == 403 ? "Forbidden"
	       : status == 404 ? "Not Found"
	       : status == 500 ? "Internal Server Error"
			       : "Status";
}

/* The head up to the length, without the empty line that ends it. */
static void add_head(struct buf *out, const struct answer *answer)
{
	buf_printf(out, "HTTP/1.1 %d %s\r\n", answer->status,
		   reason_of(answer->status));
	if (answer->content_type)
		buf_printf(out, "Content-Type: %s\r\n", answer->content_type);
	for (size_t i = 0; i < answer->headers; i++)
		buf_printf(out, "%s: %s\r\n", answer->header[i].name,
			   answer->header[i].value);
}

static void add_length(struct buf *out, size_t len)
{
	buf_printf(out, "Content-Length: %zu\r\n\r\n", len);
}

static void add_text(struct buf *out, const struct answer *answer)
{
	buf_append(out, buf_text(&answer->body), answer->body.len);
}

static void add_half(struct buf *out, const struct answer *answer)
{
	buf_append(out, buf_text(&answer->body), answer->body.len / 2);
}

static void add_whole(struct buf *out, const struct answer *answer)
{
	add_head(out, answer);
	add_length(out, answer->body.len);
	add_text(out, answer);
}

/* Sends and empties. */
static bool flush(const struct wire *wire, struct buf *out, bool has_more)
{
	bool is_sent = !out->is_exhausted &&
		       wire_send(wire, buf_text(out), out->len, has_more) == 0;

	buf_clear(out);
	return is_sent;
}

static void drip(const struct wire *wire, struct buf *out, int64_t ms)
{
	bool goes_on = !out->is_exhausted;

	for (size_t i = 0; goes_on && i < out->len; i++) {
		if (wire_send(wire, buf_text(out) + i, 1, false) != 0)
			return;
		goes_on =
			wire_wait(wire, clock_monotonic_ns() + ms * NS_PER_MS);
	}
}

static void send_endless(const struct wire *wire, struct buf *out,
			 const struct answer *answer)
{
	enum { CHUNK = 8192 };

	add_head(out, answer);
	buf_puts(out, "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
	do {
		buf_printf(out, "%x\r\n", CHUNK);
		buf_fill(out, ' ', CHUNK);
		buf_puts(out, "\r\n");
	} while (flush(wire, out, false));
}

static void send_header_lines(const struct wire *wire, struct buf *out,
			      const struct answer *answer, int64_t lines)
{
	add_head(out, answer);
	for (int64_t i = 1; i <= lines; i++) {
		buf_printf(out, "X-Line-%lld: much ado about nothing\r\n",
			   (long long)i);
		if (out->len > 65536 && !flush(wire, out, false))
			return;
	}
	add_length(out, answer->body.len);
	add_text(out, answer);
	flush(wire, out, false);
}

static void add_big_header(struct buf *out, const struct answer *answer,
			   int64_t bytes)
{
	add_head(out, answer);
	buf_puts(out, "X-Big: ");
	buf_fill(out, 'x', (size_t)bytes);
	buf_puts(out, "\r\n");
	add_length(out, answer->body.len);
	add_text(out, answer);
}

/* Fills out with what the client sees before the cut. */
static void add_cut(struct buf *out, const struct answer *answer,
		    enum fault fault)
{
	add_head(out, answer);
	if (fault == FAULT_CUT_HEAD) {
		buf_puts(out, "X-Cut: he");
	} else if (fault == FAULT_CUT_CHUNKED) {
		buf_printf(out, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n",
			   answer->body.len);
		add_half(out, answer);
	} else if (fault == FAULT_CUT_NOLENGTH) {
		buf_puts(out, "Connection: close\r\n\r\n");
		add_half(out, answer);
	} else {
		add_length(out, answer->body.len);
		add_half(out, answer);
	}
}

/* What leaves the connection whole; the library goes on with the answer. */
static bool play_before_answer(const struct fault_rule *rule,
			       const struct answer *answer,
			       const struct wire *wire, struct buf *out)
{
	bool has_more = false;

	if (rule->fault == FAULT_EARLY) {
		for (int64_t i = 0; i < rule->number; i++)
			buf_puts(out, "HTTP/1.1 103 Early Hints\r\n"
				      "Link: </>; rel=preload\r\n\r\n");
	} else if (rule->fault == FAULT_TWICE) {
		add_whole(out, answer);
		has_more = true;
	}
	return flush(wire, out, has_more);
}

static bool is_before_answer(enum fault fault)
{
	return fault == FAULT_DELAY || fault == FAULT_EARLY ||
	       fault == FAULT_TWICE;
}

/* What ends with the end of the connection. */
static void play_to_the_end(const struct fault_rule *rule,
			    const struct answer *answer,
			    const struct wire *wire, struct buf *out)
{
	switch (rule->fault) {
	case FAULT_RESET:
	case FAULT_LOST:
	case FAULT_DOWN:
		wire_reset(wire);
		return;
	case FAULT_HANG:
	case FAULT_TOKEN_TIMEOUT:
		wire_wait_for_end(wire);
		break;
	case FAULT_DRIP:
		add_whole(out, answer);
		drip(wire, out, rule->number);
		return;
	case FAULT_STALE:
		add_whole(out, answer);
		flush(wire, out, false);
		break;
	case FAULT_CUT:
	case FAULT_CUT_HEAD:
	case FAULT_CUT_CHUNKED:
	case FAULT_CUT_NOLENGTH:
		add_cut(out, answer, rule->fault);
		flush(wire, out, false);
		break;
	case FAULT_STALL:
		add_cut(out, answer, rule->fault);
		if (flush(wire, out, false))
			wire_wait_for_end(wire);
		break;
	case FAULT_ENDLESS:
		send_endless(wire, out, answer);
		break;
	case FAULT_HEADERS:
		add_big_header(out, answer, rule->number);
		flush(wire, out, false);
		return;
	case FAULT_HEADER_LINES:
		send_header_lines(wire, out, answer, rule->number);
		return;
	case FAULT_HTTP09:
		add_text(out, answer);
		flush(wire, out, false);
		break;
	case FAULT_SHORT_LENGTH:
		add_head(out, answer);
		add_length(out,
			   answer->body.len > (size_t)rule->number
				   ? answer->body.len - (size_t)rule->number
				   : 0);
		add_text(out, answer);
		flush(wire, out, false);
		return;
	default: /* close, resend */
		break;
	}
	wire_cut(wire);
}

bool wire_fault_play(const struct fault_rule *rule, const struct answer *answer,
		     const struct wire *wire)
{
	bool goes_on = false;
	struct buf out;

	buf_init(&out, JSON_TEXT_MAX_BYTES);
	if (is_before_answer(rule->fault))
		goes_on = play_before_answer(rule, answer, wire, &out);
	else
		play_to_the_end(rule, answer, wire, &out);
	buf_release(&out);
	return goes_on;
}
