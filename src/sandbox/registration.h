/* SPDX-License-Identifier: MIT */
/* registration.h: what a session is registered for.
 * Sandbox, low; uses tape, tick_frame. Pure, but for the tape that it reads.
 * Source: the broker's sheets of the channels and its list of OPSP codes. */
#ifndef SANDBOX_REGISTRATION_H
#define SANDBOX_REGISTRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/market.h"
#include "sandbox/tape.h"
#include "sandbox/tick_frame.h"

enum { REGISTRATIONS_MAX = 128 };

/* One registered key. */
struct registration {
	struct tick_channel channel;
	bool has_trades; /* else: a code that is acked and then silent */
	struct tape_cursor cursor;
	int64_t skip_left; /* trades that a fault leaves out */
};

struct registrations {
	struct registration item[REGISTRATIONS_MAX];
	int count;
	int limit;     /* of this session: 41 */
	bool is_paper; /* fewer channels */
};

/* Understands tr_id and tr_key, and fills in the channel.
 * Returns NULL, or the code of the refusal. */
const char *registration_resolve(const char *unknown, bool is_paper,
				 const char *tr_id, const char *tr_key,
				 struct registration *made);

/* Puts the cursor on the tape, if the symbol trades. */
void registration_begin(struct registration *made, const char *unknown,
			struct tape *tape, int64_t now_ns);

/* The place of a key; -1: not registered. */
int registrations_find(const struct registrations *all, const char *tr_id,
		       const char *tr_key);

/* What becomes of a wish for one more: OPSP0000 it may be added, OPSP0002 is
 * there already, OPSP0008 too many. */
const char *registrations_judge(const struct registrations *all,
				const char *tr_id, const char *tr_key);

void registrations_add(struct registrations *all,
		       const struct registration *one);
void registrations_remove(struct registrations *all, int place);

#endif
