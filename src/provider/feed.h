/* SPDX-License-Identifier: MIT */
/* feed.h: the stream half of the seam between this program and a broker: how
 * a session is asked for, what is sent over it, and what comes.
 * Layer provider; uses base, model, provider (values), http_request and
 * http_response as values.
 *
 * As pure as the quote half: text in, values out; no thread, clock, file or
 * socket. Who holds the line, in which order symbols are registered, when a
 * registration is given up: src/stream says.
 *
 *	approval call -> key .. line opens .. registration -> answer
 *	                                  .. keep-alive -> sent back as it is
 *	                                  .. frame -> ticks */
#ifndef PROVIDER_FEED_H
#define PROVIDER_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/symbol.h"

struct buf;
struct http_request;
struct http_response;
struct provider_account;
struct provider_call;
struct provider_token;
struct tick;

/* What a registration is for, in the broker's words: a kind of message and
 * whose. Both are terminated and fit for JSON without escapes. */
enum { FEED_CHANNEL_BYTES = 16, FEED_KEY_BYTES = 24 };

struct feed_address {
	char channel[FEED_CHANNEL_BYTES];
	char key[FEED_KEY_BYTES];
};

enum feed_kind {
	FEED_DATA,       /* for open_frame */
	FEED_KEEP_ALIVE, /* to be sent back byte for byte */
	FEED_ANSWER,     /* to a registration */
	FEED_OTHER       /* nothing known; to be counted */
};

enum feed_answer {
	FEED_SUBSCRIBED,   /* or was so before */
	FEED_UNSUBSCRIBED, /* or was never subscribed */
	FEED_DONE,         /* what was asked; which, the asker knows */
	FEED_TRY_AGAIN,    /* the broker's trouble: in a moment */
	FEED_FULL,         /* the session takes no more */
	FEED_REFUSED,      /* asking again would bring the same */
	/* What concerns the whole session: */
	FEED_KEY_DEAD, /* the approval key is not, or no longer, good */
	FEED_BUSY      /* another session of this login is open */
};

enum { FEED_CODE_BYTES = 16, FEED_TEXT_BYTES = 128 };

struct feed_message {
	enum feed_kind kind;
	/* Of an answer alone: */
	enum feed_answer answer;
	struct feed_address address;  /* key "": it names none */
	char rt_cd[FEED_CODE_BYTES];  /* the broker's verdict; */
	char msg_cd[FEED_CODE_BYTES]; /* "": it gave none */
	char msg1[FEED_TEXT_BYTES];   /* fit for a terminal */
};

enum { FEED_FIELDS = 96 }; /* that a record may have */

/* A frame of trades, and how far it has been read. */
struct feed_frame {
	const struct feed_layout *layout; /* the provider's own */
	const char *channel;
	size_t count; /* records in it */
	size_t width; /* fields of each */
	/* Of the record that next_tick read: whose it is, and the record as the
	 * broker sent it. Neither is terminated; both lie in the frame. */
	const char *key, *record;
	size_t key_len, record_len;
	uint32_t begin[FEED_FIELDS + 1]; /* of its fields in it, and its end */
	const char *at, *end;            /* what is left */
};

struct feed {
	/* Registrations that a session takes, as published; its answers decide. */
	size_t limit_guess;

	/* Builds and reads the call for the key that opens a session.
	 * Errors: as build_token and parse_token in provider.h. */
	int (*build_approval)(const struct provider_call *call,
			      struct http_request *out, struct err *err);
	int (*parse_approval)(const struct http_response *response,
			      int64_t now_ms, struct provider_token *out,
			      struct err *err);

	/* Where a symbol's trades are found. The exchange of a US symbol must be
	 * known.
	 * Errors: UNSUPPORTED: the account has no such stream. */
	int (*find_address)(const struct provider_account *account,
			    const struct symbol *symbol, enum venue venue,
			    struct feed_address *out, struct err *err);

	/* Appends the text that registers the address, or takes it off. */
	void (*build_registration)(const char *approval_key,
				   const struct feed_address *address,
				   bool is_wanted, struct buf *out);

	/* Tells what a text of the broker is. */
	void (*read_message)(const char *text, size_t len,
			     struct feed_message *out);

	/* Opens a frame of trades: the text must outlive it.
	 * Returns 1, or 0 when it is of a kind that is not asked for here.
	 * Errors: PARSE: none of its records may be used. */
	int (*open_frame)(const char *text, size_t len, struct feed_frame *out,
			  struct err *err);

	/* Reads the next record: everything of the tick that the broker tells,
	 * but of its numbers only price, size, volume and those that are wanted
	 * (bits, TICK_BIT). What is not read is not checked: a record is good
	 * that has nonsense there.
	 * Returns 1, or 0 when there is none left.
	 * Errors: PARSE: this record; the next one may be good. */
	int (*next_tick)(struct feed_frame *frame, uint32_t wanted,
			 struct tick *out, struct err *err);
};

#endif
