/* SPDX-License-Identifier: MIT */
/* private_state.h: what a run could not leave to others in the state directory,
 * and the one line about it.
 * Layer command; uses base, cli, engine, share.
 *
 * Quota, token and books notice by themselves that they cannot be written, each
 * at its own time; most often it is the directory, and all of them. So they are
 * noted here as the run comes to know of them, and told together: at its end, or
 * where a run has no end in sight, as soon as it has begun. */
#ifndef COMMAND_PRIVATE_STATE_H
#define COMMAND_PRIVATE_STATE_H

#include <stdbool.h>

#include "base/err.h"

struct upstream;

enum state_part {
	STATE_TOKEN,
	STATE_QUOTA,
	STATE_SESSION,
	STATE_EXCHANGES,
	STATE_NAMES,
	STATE_QUOTES,
	STATE_PARTS
};

struct private_state { /* zero: nothing is noted */
	bool has_part[STATE_PARTS];
	struct err why; /* of the part that was noted first */
	bool was_told;
};

/* That a part could not be written. One that could only not be had in time
 * (DEADLINE, CANCELED) is none. */
void private_state_note(struct private_state *w, enum state_part part,
			const struct err *why);

/* The same for quota and token of an account. */
void private_state_note_upstream(struct private_state *w,
				 const struct upstream *u);

/* Whether the state directory can be written: false is what --quota and --check
 * call not shared. Errors: SYSTEM. */
bool private_state_can_share(int dirfd, struct err *why);

/* Says in one line what is this run's own, why, and what to do; once, and
 * nothing where nothing is noted. */
void private_state_tell(struct private_state *w, say_fn *say, void *arg);

#endif
