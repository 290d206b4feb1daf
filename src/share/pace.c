/* SPDX-License-Identifier: MIT */
#include "share/pace.h"

#define CUT 0.7
#define RELEARN_WINDOWS 5 /* "soon after a cut" */
#define PROBE_WINDOWS 2   /* so long a step must be accepted, */
#define PROVEN_WINDOWS 5  /* or so long: the ceiling has proved true */
#define PROBE_USE 0.75    /* of what it permits, or it proves nothing */
#define STEP_GROWS 4
#define PROVEN_TIMES 27
#define PROBE_WAIT_WINDOWS 2 /* before the first */
#define PROBE_WAIT_GROWS 3
#define PROBE_WAIT_MAX_NS (120 * NS_PER_SEC)

static bool has_ceiling(const struct pace *p)
{
	return p->forget_ns > 0;
}

static bool is_probing(const struct pace *p)
{
	return has_ceiling(p) && p->probe_calls >= 0;
}

void pace_init(struct pace *p)
{
	*p = (struct pace){ .now = PACE_MAX,
			    .ceiling = PACE_MAX,
			    .step = 1,
			    .probe_calls = -1 };
}

static bool is_rate(double rate)
{
	return rate >= 1 && rate <= PACE_MAX; /* NaN is none */
}

bool pace_is_valid(const struct pace *p)
{
	return is_rate(p->now) && is_rate(p->ceiling) && is_rate(p->step) &&
	       p->forget_ns >= 0 && p->probe_ns >= 0 && p->probe_wait_ns >= 0 &&
	       p->probe_calls >= -1 && p->raised_ns >= 0 && p->cut_ns >= 0 &&
	       p->cut_before_ns >= 0 && p->accepted_at_cut >= 0 &&
	       p->accepted_at_cut <= PACE_MAX && p->eased_ns >= 0;
}

static void forget_beyond(int64_t *instant, int64_t most)
{
	if (*instant > most)
		*instant = 0;
}

static double highest(const struct pace *p)
{
	double most = is_probing(p) ? p->ceiling + p->step : p->ceiling;

	return !has_ceiling(p) || most > PACE_MAX ? PACE_MAX : most;
}

static void set_pace(struct pace *p, double pace)
{
	double most = highest(p);

	p->now = pace < 1 ? 1 : pace > most ? most : pace;
}

/* Doubles with each window. */
static void raise_pace(struct pace *p, int64_t window_ns, int64_t now_ns)
{
	int64_t left = now_ns - p->raised_ns;

	if (left <= 0)
		return;
	p->raised_ns = now_ns;
	while (left > 0 && p->now < highest(p)) {
		int64_t part = left < window_ns ? left : window_ns;

		set_pace(p, p->now + (p->now + 1) * (double)part /
					     (double)window_ns);
		left -= part;
	}
}

void pace_advance(struct pace *p, int64_t window_ns, int64_t now_ns)
{
	int64_t soon_ns = now_ns + PROBE_WAIT_MAX_NS + 2 * window_ns;

	forget_beyond(&p->forget_ns, now_ns + PACE_LEARNED_NS);
	forget_beyond(&p->probe_ns, soon_ns);
	forget_beyond(&p->probe_wait_ns, PROBE_WAIT_MAX_NS);
	forget_beyond(&p->raised_ns, soon_ns);
	forget_beyond(&p->cut_ns, now_ns);
	forget_beyond(&p->cut_before_ns, p->cut_ns);
	forget_beyond(&p->eased_ns, now_ns);
	if (p->forget_ns <= now_ns)
		p->forget_ns = 0;
	raise_pace(p, window_ns, now_ns);
}

double pace_permits(const struct pace *p, double limit)
{
	return p->now < limit ? p->now : limit;
}

double pace_ceiling(const struct pace *p, double limit)
{
	return has_ceiling(p) && p->ceiling < limit ? p->ceiling : limit;
}

/* ---- the ceiling ---- */

static void begin_probe(struct pace *p, int64_t now_ns)
{
	p->probe_ns = now_ns;
	p->probe_calls = 0;
	set_pace(p, PACE_MAX);
}

static void end_probe(struct pace *p, int64_t again_ns)
{
	p->probe_ns = again_ns;
	p->probe_calls = -1;
	p->step = 1;
	set_pace(p, p->now);
}

void pace_note_ask(struct pace *p, double limit, int64_t now_ns)
{
	if (has_ceiling(p) && !is_probing(p) && p->ceiling < limit &&
	    p->now >= p->ceiling && now_ns >= p->probe_ns)
		begin_probe(p, now_ns);
}

void pace_note_accepted(struct pace *p, double limit, int64_t sent_ns,
			int64_t window_ns, int64_t now_ns)
{
	int64_t first_ns = PROBE_WAIT_WINDOWS * window_ns;
	bool is_proven = p->probe_wait_ns >= PROVEN_TIMES * first_ns;
	double windows;

	if (!is_probing(p) || sent_ns < p->probe_ns)
		return;
	p->probe_calls++;
	windows = (double)(now_ns - p->probe_ns) / (double)window_ns;
	if (windows < (is_proven ? PROVEN_WINDOWS : PROBE_WINDOWS))
		return;
	if ((double)p->probe_calls >=
	    windows * PROBE_USE * pace_permits(p, limit)) {
		p->ceiling = highest(p);
		if (p->step > 1) /* the first may have been chance */
			p->probe_wait_ns = first_ns;
		p->step = p->step * STEP_GROWS < PACE_MAX ? p->step * STEP_GROWS
							  : PACE_MAX;
		p->forget_ns = now_ns + PACE_LEARNED_NS;
	}
	begin_probe(p, now_ns);
}

static void learn(struct pace *p, const struct pace_refusal *r, double ceiling)
{
	p->ceiling = ceiling > 1 ? ceiling : 1;
	p->forget_ns = r->now_ns + PACE_LEARNED_NS;
	p->probe_wait_ns = PROBE_WAIT_WINDOWS * r->window_ns;
	end_probe(p, r->now_ns + r->pause_ns + p->probe_wait_ns);
	set_pace(p, p->ceiling);
}

/* A probe was refused: the ceiling, or what was accepted instead, has proved
 * true. */
static void prove(struct pace *p, const struct pace_refusal *r)
{
	if (r->accepted > 0 && (double)r->accepted < p->ceiling)
		p->ceiling = (double)r->accepted;
	p->forget_ns = r->now_ns + PACE_LEARNED_NS;
	p->probe_wait_ns *= PROBE_WAIT_GROWS;
	if (p->probe_wait_ns > PROBE_WAIT_MAX_NS)
		p->probe_wait_ns = PROBE_WAIT_MAX_NS;
	end_probe(p, r->now_ns + r->pause_ns + p->probe_wait_ns);
}

/* Nothing of ours was accepted, and yet a call is refused: that is not the
 * account's figure but somebody else, for as long as it lasts. */
static void distrust(struct pace *p, const struct pace_refusal *r)
{
	p->probe_wait_ns = PROBE_WAIT_WINDOWS * r->window_ns;
	end_probe(p, r->now_ns + r->pause_ns + p->probe_wait_ns);
}

/* ---- cuts ---- */

void pace_note_overload(struct pace *p, double limit, int64_t sent_ns,
			int64_t now_ns)
{
	if (sent_ns < p->eased_ns || sent_ns < p->cut_ns)
		return;
	set_pace(p, pace_permits(p, limit) * CUT);
	p->eased_ns = p->raised_ns = now_ns;
}

static bool is_news(const struct pace *p, int64_t sent_ns)
{
	return sent_ns >= p->cut_ns;
}

int64_t pace_counts_from(const struct pace *p, int64_t sent_ns)
{
	return is_news(p, sent_ns) ? p->cut_ns : p->cut_before_ns;
}

/* Permitted after the last cut, and refused. */
static void cut(struct pace *p, const struct pace_refusal *r)
{
	double pace = pace_permits(p, r->limit);
	int64_t before = p->accepted_at_cut, accepted = r->accepted;
	bool is_soon = p->cut_ns &&
		       r->now_ns - p->cut_ns < RELEARN_WINDOWS * r->window_ns;

	if (has_ceiling(p) && accepted == 0) {
		distrust(p, r);
	} else if (is_probing(p) && r->sent_ns >= p->probe_ns) {
		prove(p, r);
	} else if (is_soon && accepted > 0) {
		/* Two fixed windows of the server's can lie within one of ours
		 * and double the count: of two counts take the less. But one
		 * that is less than half had other reasons. */
		if (before < accepted && before * 2 >= accepted)
			accepted = before;
		learn(p, r,
		      (double)accepted < pace ? (double)accepted : pace - 1);
	} else {
		set_pace(p, pace * CUT);
	}
	p->accepted_at_cut = accepted > 0 ? accepted : 0;
	p->cut_before_ns = p->cut_ns;
	p->cut_ns = r->now_ns;
	p->raised_ns = r->now_ns + r->pause_ns;
}

void pace_note_refused(struct pace *p, const struct pace_refusal *r)
{
	if (is_news(p, r->sent_ns)) {
		cut(p, r);
		return;
	}
	/* It was counted as accepted at the cut. */
	if (r->sent_ns < p->cut_before_ns || r->accepted <= 0 ||
	    r->accepted >= p->accepted_at_cut)
		return;
	p->accepted_at_cut = r->accepted;
	if (p->forget_ns == p->cut_ns + PACE_LEARNED_NS &&
	    r->accepted < p->ceiling)
		learn(p, r, r->accepted);
}
