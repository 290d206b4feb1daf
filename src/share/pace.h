/* SPDX-License-Identifier: MIT */
/* pace.h: how many calls a window a server takes, learned from its refusals.
 * Layer share; uses base. Pure: time is a parameter.
 *
 * The pace is what is permitted. It is cut by a factor when a call is refused or
 * meets an overloaded server, once for the calls that were under way together,
 * and doubles with each window that passes, used or not: some seconds after an
 * outage, or after a stranger's burst, it is what it was.
 *
 * A second refusal soon after a cut says that the account's own figure may be
 * lower than the published one. Then the number of calls that were accepted in
 * the window before becomes the ceiling of the pace.
 *
 * The ceiling is probed: one call more is permitted. Refused, the ceiling has
 * proved true, and the wait until the next probe is three times as long as the
 * last one was, to two minutes at most. Accepted for two windows, the ceiling is
 * raised and probed at once with four times the step: a wrong one is gone within
 * seconds, a right one costs a refusal now and then. Where a call is refused
 * although none of ours was accepted in the window before, it is somebody else
 * who uses the account, and the next probe comes soon again. A ceiling that has
 * not been proved for a quarter of an hour is forgotten.
 *
 * All instants are monotonic, in nanoseconds; 0: never. A window is the time over
 * which the server counts. */
#ifndef SHARE_PACE_H
#define SHARE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum { PACE_MAX = 1000 }; /* calls a window: no limit is higher */

#define PACE_LEARNED_NS (900 * NS_PER_SEC)

struct pace {              /* written to a file as it stands: no padding */
	double now;        /* calls a window; above the limit: that rules */
	double ceiling;    /* until forget_ns */
	double step;       /* of a probe */
	int64_t forget_ns; /* 0: there is no ceiling */
	int64_t probe_ns;  /* when the next may begin; when this one began */
	int64_t probe_wait_ns; /* between two */
	int64_t probe_calls;   /* accepted in this one; -1: none is under way */
	int64_t raised_ns;     /* the pace has been raised up to here */
	int64_t cut_ns, cut_before_ns; /* the last two cuts for a refusal */
	int64_t accepted_at_cut;       /* in the window before the last one */
	int64_t eased_ns;              /* the last cut for overload */
};

void pace_init(struct pace *p);

/* Whether these bytes can be a pace, whatever its instants. */
bool pace_is_valid(const struct pace *p);

/* To be called before anything else happens at now_ns: raises the pace, and
 * forgets instants that lie in the future of any state that was written. */
void pace_advance(struct pace *p, int64_t window_ns, int64_t now_ns);

/* What is permitted where limit is the published figure; at least 1. */
double pace_permits(const struct pace *p, double limit);

/* The ceiling, or limit if it is not lower. */
double pace_ceiling(const struct pace *p, double limit);

/* A call is asked for, of whom limit is the figure: the time for a probe may
 * have come. */
void pace_note_ask(struct pace *p, double limit, int64_t now_ns);

/* A call that was permitted for sent_ns was answered, and not refused. */
void pace_note_accepted(struct pace *p, double limit, int64_t sent_ns,
			int64_t window_ns, int64_t now_ns);

/* It met an overloaded server. */
void pace_note_overload(struct pace *p, double limit, int64_t sent_ns,
			int64_t now_ns);

struct pace_refusal {
	double limit;
	int64_t sent_ns, now_ns, window_ns;
	int64_t pause_ns; /* nothing is sent from now_ns on for so long */
	/* How many calls were accepted, or may be yet, in the window before
	 * sent_ns and since pace_counts_from(); -1: not known. */
	int accepted;
};
int64_t pace_counts_from(const struct pace *p, int64_t sent_ns);
void pace_note_refused(struct pace *p, const struct pace_refusal *r);

#endif
