/* SPDX-License-Identifier: MIT */
#include "share/token_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/sync.h"

enum {
	BARRED_MS = 60 * 1000,     /* after a refusal, at least */
	REISSUED_MS = 3600 * 1000, /* the same dead one is issued for hours */
	LOOK_MIN_MS = 10,          /* while another process asks */
	LOOK_MAX_MS = 100,
	LOOK_IN_THE_MINUTE_MS = 250,
	ASKS_MAX = 5 /* others were faster each time */
};

/* ---- what there is ---- */

static const char *dead_of(const struct token_search *s)
{
	return s->is_dead ? s->old : "";
}

static int take(struct token_search *s, const struct token_state *found)
{
	s->found = *found;
	return 0;
}

static int keep_old(struct token_search *s)
{
	s->is_kept = true;
	return 0;
}

/* Whether there is something to go on with where no other can be got: the old
 * one, or one in the cache that by the clock is over. */
static bool has_spare(const struct token_search *s,
		      const struct token_state *cached)
{
	if (s->old[0] && (!s->is_dead || s->may_serve))
		return true;
	return cached->text[0] && strcmp(cached->text, dead_of(s)) != 0;
}

/* Likewise, and by the clock it is not over yet. */
static bool has_live(const struct token_search *s,
		     const struct token_state *cached)
{
	return s->need == NEED_RENEWAL ||
	       (cached->text[0] && strcmp(cached->text, dead_of(s)) != 0 &&
		clock_boot_ms() < cached->expires_ms);
}

static int take_spare(struct token_search *s, const struct token_state *cached)
{
	return s->old[0] && (!s->is_dead || s->may_serve) ? keep_old(s)
							  : take(s, cached);
}

/* ---- waiting ---- */

static int64_t sec_of(int64_t ms)
{
	return (ms + 999) / 1000;
}

/* Why nobody may ask now, and when somebody may. */
static int fail_too_early(const struct token_search *s,
			  enum token_result result, int64_t left_ms,
			  struct err *err)
{
	static const char *const usual[2] = {
		"the", "was asked for less than a minute ago: try again"
	};
	static const char *const words[TOKEN_RESULTS][2] = {
		[TOKEN_LOST] = { "the answer to the",
				 "call was lost: the next may be asked for" },
		[TOKEN_UNDER_WAY] = { "the run that asked for the",
				      "did not come back: the next may be "
				      "asked for" },
		[TOKEN_ELSEWHERE] = { "another program asked for the",
				      "less than a minute ago: try again" },
	};
	const char *const *w = words[result][0] ? words[result] : usual;

	err_set(err, ERR_AUTH, "%s %s %s in %" PRId64 " s", w[0], s->noun, w[1],
		sec_of(left_ms));
	err->retry_after_ms = left_ms;
	return -1;
}

static bool is_in_time(const struct token_search *s, int64_t left_ms)
{
	int64_t deadline_ns = s->asker->deadline_ns;

	return deadline_ns == CLOCK_NEVER ||
	       left_ms * NS_PER_MS < deadline_ns - clock_monotonic_ns();
}

/* Sleeps for a while, at most until the deadline. */
static int pause_for(const struct token_search *s, int64_t ms, struct err *err)
{
	int64_t now_ns = clock_monotonic_ns();
	int64_t until_ns = now_ns + ms * NS_PER_MS;
	int64_t deadline_ns = s->asker->deadline_ns;

	if (now_ns >= deadline_ns)
		return err_set(err, ERR_DEADLINE,
			       "no %s before the time was up", s->noun);
	if (!stop_sleep_until(s->asker->stop, earlier(until_ns, deadline_ns)))
		return err_set(err, ERR_CANCELED, "interrupted");
	return 0;
}

/* While another process asks: looks again soon, and then less often. */
static int wait_for_other(const struct token_search *s, int *pause_ms,
			  struct err *err)
{
	int ms = *pause_ms ? *pause_ms : LOOK_MIN_MS;

	*pause_ms = ms * 2 < LOOK_MAX_MS ? ms * 2 : LOOK_MAX_MS;
	return pause_for(s, ms, err);
}

/* While the minute passes. */
static int wait_for_minute(struct token_search *s,
			   const struct token_view *view, struct err *err)
{
	int64_t left_ms = view->until_ms - clock_boot_ms();

	if (left_ms <= 0)
		return 0;
	if (!is_in_time(s, left_ms))
		return fail_too_early(s, view->state.result, left_ms, err);
	if (!s->was_told)
		say_line(s->say, s->say_arg,
			 "waiting %" PRId64 " s: the broker issues one %s a "
			 "minute",
			 sec_of(left_ms), s->noun);
	s->was_told = true;
	return pause_for(s,
			 left_ms < LOOK_IN_THE_MINUTE_MS
				 ? left_ms
				 : LOOK_IN_THE_MINUTE_MS,
			 err);
}

/* ---- asking ---- */

static enum token_result result_of(int rc, enum issue_end end,
				   const struct err *why)
{
	if (rc == 0)
		return TOKEN_ISSUED;
	if (end == ISSUE_REFUSED)
		return TOKEN_REFUSED;
	if (why->kind != ERR_AUTH)
		return TOKEN_LOST;
	return why->retry_after_ms > 0 ? TOKEN_ELSEWHERE : TOKEN_UNTOLD;
}

static int fail_reissued(struct token_search *s, struct err *err)
{
	s->barred_ms = REISSUED_MS;
	s->is_shared = true;
	return err_set(err, ERR_AUTH,
		       "the broker issues again the %s that it calls dead: "
		       "try again in a few hours",
		       s->noun);
}

/* The broker has issued a token; found is what the store has now. */
static int take_issued(struct token_search *s, const struct token_state *found,
		       struct err *err)
{
	s->is_issued = true;
	if (strcmp(found->text, dead_of(s)) != 0 || s->has_served)
		return take(s, found);
	return fail_reissued(s, err);
}

/* Whether a failed call leaves the search with what there was. Refused
 * credentials are the end of a token that by the clock is over as well. */
static bool is_bearable(const struct token_search *s,
			const struct token_state *cached, const struct err *why)
{
	if (why->kind == ERR_CANCELED || why->kind == ERR_DEADLINE)
		return false;
	return has_live(s, cached) ||
	       (has_spare(s, cached) &&
		(why->kind != ERR_AUTH || why->retry_after_ms > 0));
}

/* The call failed, for the reason why. Returns 1 where another moment may bring
 * what this one did not. */
static int fail_asking(struct token_search *s, enum token_result result,
		       const struct token_view *view, const struct err *why,
		       struct err *err)
{
	if (is_bearable(s, &view->state, why))
		return take_spare(s, &view->state);
	if (result == TOKEN_ELSEWHERE && s->asks < ASKS_MAX)
		return 1;
	s->is_shared = true;
	*err = *why;
	if (result == TOKEN_LOST && why->kind != ERR_CANCELED &&
	    why->kind != ERR_DEADLINE) {
		if (!is_in_time(s, s->interval_ms))
			return fail_too_early(s, result, s->interval_ms, err);
		return err_wrap(err,
				"the answer was lost, and the next %s may be "
				"asked for in %" PRId64 " s",
				s->noun, sec_of(s->interval_ms));
	}
	if (why->kind == ERR_AUTH && why->retry_after_ms == 0)
		s->barred_ms =
			s->interval_ms > BARRED_MS ? s->interval_ms : BARRED_MS;
	return -1;
}

/* Asks the broker; the claim is noted. Returns 1 to look again. */
static int ask(struct token_search *s, const struct token_claim *claim,
	       struct token_view *view, struct err *err)
{
	const struct token_asker *a = s->asker;
	struct provider_token token = { .text = "" };
	enum issue_end how = ISSUE_REFUSED;
	struct err why = { .kind = ERR_KINDS };
	int rc = a->issue(a->arg, &token, &how, &why);
	struct token_end end = { .result = result_of(rc, how, &why),
				 .text = token.text };

	s->asks++;
	if (rc == 0)
		end.life_ms = token.life_ms;
	else
		end.wait_ms = why.retry_after_ms;
	token_store_done(s->store, claim, &end, a->stop, a->deadline_ns, view);
	return rc == 0 ? take_issued(s, &view->state, err)
		       : fail_asking(s, end.result, view, &why, err);
}

/* ---- the search ---- */

/* A token that was issued to this run and never served: the next would not do
 * any better. */
static int fail_own(struct token_search *s, struct err *err)
{
	if (s->is_reissued)
		return fail_reissued(s, err);
	s->barred_ms = BARRED_MS;
	s->is_shared = true;
	return err_set(err, ERR_AUTH,
		       "the broker refuses the %s that it has just issued",
		       s->noun);
}

/* Takes the turn, which the last look said is free. */
static int take_turn(struct token_search *s, struct token_view *view,
		     struct err *err)
{
	bool can_wait = !has_live(s, &view->state);
	struct token_claim claim;

	if (token_store_begin(s->store, dead_of(s), s->asker->stop,
			      can_wait ? s->asker->deadline_ns : 0, &claim,
			      view, err) < 0)
		return can_wait ? -1 : take_spare(s, &view->state);
	return view->turn == TOKEN_ASK ? ask(s, &claim, view, err) : 1;
}

/* One look and what follows from it. Returns 1 to look again. */
static int step(struct token_search *s, int *pause_ms, struct err *err)
{
	struct token_view view;

	token_store_look(s->store, dead_of(s), &view);
	if (view.turn == TOKEN_THERE)
		return take(s, &view.state);
	if (s->need == NEED_LOOK)
		return keep_old(s);
	if (s->is_dead && s->is_own && !s->has_served)
		return fail_own(s, err);
	switch (view.turn) {
	case TOKEN_THERE:
		break;
	case TOKEN_ASK:
		return take_turn(s, &view, err);
	case TOKEN_ASKED_FOR:
		if (has_live(s, &view.state))
			return take_spare(s, &view.state);
		return wait_for_other(s, pause_ms, err) < 0 ? -1 : 1;
	case TOKEN_TOO_EARLY:
		if (has_spare(s, &view.state))
			return take_spare(s, &view.state);
		return wait_for_minute(s, &view, err) < 0 ? -1 : 1;
	}
	return 1;
}

int token_search_run(struct token_search *s, struct err *err)
{
	int pause_ms = 0, rc;

	do
		rc = step(s, &pause_ms, err);
	while (rc > 0 && !s->is_needless(s->arg));
	return rc > 0 ? keep_old(s) : rc;
}
