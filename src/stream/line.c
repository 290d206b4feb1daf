/* SPDX-License-Identifier: MIT */
#include "stream/line.h"

#include "base/clock.h"

enum {
	PROBE_SEC = 5,        /* for an answer to it */
	CLOSE_SEC = 1,        /* for the peer's close frame */
	SILENT_TIMES = 3,     /* stale_ns, where no heartbeat was heard yet */
	KEYS_REFUSED_MAX = 2, /* in a row: then it is not the key's age */
	HTTP_UNAUTHORIZED = 401,
	HTTP_FORBIDDEN = 403
};

void line_init(struct line *l, int64_t stale_ns)
{
	*l = (struct line){ .due_ns = CLOCK_NEVER, .stale_ns = stale_ns };
	reopen_init(&l->reopen);
}

bool line_is_open(const struct line *l)
{
	return l->state == LINE_LIVE || l->state == LINE_PROBE ||
	       l->state == LINE_CLOSING;
}

/* ---- steps ---- */

typedef enum line_action (*line_fn)(struct line *l, const struct line_news *n,
				    int64_t now);

static enum line_action go(struct line *l, enum line_state state,
			   int64_t due_ns, enum line_action action)
{
	l->state = state;
	l->due_ns = due_ns;
	return action;
}

/* What cannot be, or changes nothing. */
static enum line_action ignore(struct line *l, const struct line_news *n,
			       int64_t now)
{
	(void)l, (void)n, (void)now;
	return LINE_NOTHING;
}

static enum line_action end(struct line *l, const struct line_news *n,
			    int64_t now)
{
	(void)n, (void)now;
	return go(l, LINE_DONE, CLOCK_NEVER, LINE_END);
}

/* The user's wish is no failure. */
static enum line_action stop(struct line *l, const struct line_news *n,
			     int64_t now)
{
	l->err.msg[0] = '\0';
	return end(l, n, now);
}

static enum line_action ask_for_key(struct line *l)
{
	bool is_new = l->needs_new_key;

	l->needs_new_key = false;
	return go(l, LINE_KEY, CLOCK_NEVER,
		  is_new ? LINE_RENEW_KEY : LINE_GET_KEY);
}

static enum line_action wait_until(struct line *l, int64_t at, int64_t now)
{
	return at > now ? go(l, LINE_WAITING, at, LINE_NOTHING)
			: ask_for_key(l);
}

static enum line_action start(struct line *l, const struct line_news *n,
			      int64_t now)
{
	(void)n;
	return wait_until(l, reopen_earliest(&l->reopen), now);
}

/* What another try cannot mend. */
static bool is_final(const struct err *err)
{
	switch (err->kind) {
	case ERR_AUTH:
	case ERR_TLS:
	case ERR_USAGE:
	case ERR_INPUT:
	case ERR_UNSUPPORTED:
	case ERR_CANCELED:
	case ERR_OUTPUT:
	case ERR_SYSTEM:
		return true;
	default:
		return false;
	}
}

static enum line_action wait_out(struct line *l, enum reopen_cause cause,
				 const struct line_news *n, int64_t now)
{
	return wait_until(l, reopen_after(&l->reopen, cause, n->random, now),
			  now);
}

/* The key opened nothing: once it may have been too old. */
static enum line_action bad_key(struct line *l, const struct line_news *n,
				int64_t now)
{
	l->err = *n->err;
	if (++l->keys_refused >= KEYS_REFUSED_MAX) {
		l->err.kind = ERR_AUTH;
		err_wrap(&l->err, "the approval key is refused");
		return end(l, n, now);
	}
	l->needs_new_key = true;
	return wait_out(l, REOPEN_NEW_KEY, n, now);
}

static enum line_action no_key(struct line *l, const struct line_news *n,
			       int64_t now)
{
	l->err = *n->err;
	return is_final(n->err) ? end(l, n, now)
				: wait_out(l, REOPEN_UNREACHED, n, now);
}

static enum line_action key_got(struct line *l, const struct line_news *n,
				int64_t now)
{
	(void)n, (void)now;
	return go(l, LINE_OPENING, CLOCK_NEVER, LINE_OPEN);
}

static int64_t silence_from(const struct line *l, int64_t since_ns)
{
	return since_ns + (l->has_heartbeat ? 1 : SILENT_TIMES) * l->stale_ns;
}

static enum line_action opened(struct line *l, const struct line_news *n,
			       int64_t now)
{
	(void)n;
	l->live_since_ns = l->heard_ns = now;
	l->has_heartbeat = false;
	return go(l, LINE_LIVE, silence_from(l, now), LINE_NOTHING);
}

static enum line_action not_open(struct line *l, const struct line_news *n,
				 int64_t now)
{
	/* The handshake's answer; no other failure has such a code. */
	if (n->err->code == HTTP_UNAUTHORIZED || n->err->code == HTTP_FORBIDDEN)
		return bad_key(l, n, now);
	l->err = *n->err;
	if (is_final(n->err))
		return end(l, n, now);
	return wait_out(l, n->was_reached ? REOPEN_FAILED : REOPEN_UNREACHED, n,
			now);
}

static enum line_action heard(struct line *l, const struct line_news *n,
			      int64_t now)
{
	l->heard_ns = now;
	l->has_heartbeat |= n->is_heartbeat;
	if (now - l->live_since_ns >= REOPEN_STABLE_NS)
		reopen_settle(&l->reopen);
	return go(l, LINE_LIVE, silence_from(l, now), LINE_NOTHING);
}

static enum line_action accepted(struct line *l, const struct line_news *n,
				 int64_t now)
{
	(void)n, (void)now;
	l->keys_refused = 0;
	return LINE_NOTHING;
}

static enum line_action busy(struct line *l, const struct line_news *n,
			     int64_t now)
{
	l->err = *n->err;
	return wait_out(l, REOPEN_HELD, n, now);
}

static enum line_action lost(struct line *l, const struct line_news *n,
			     int64_t now)
{
	l->err = *n->err;
	return wait_out(l, n->is_policy ? REOPEN_POLICY : REOPEN_FAILED, n,
			now);
}

static enum line_action probe(struct line *l, const struct line_news *n,
			      int64_t now)
{
	(void)n;
	if (now < l->due_ns)
		return LINE_NOTHING;
	return go(l, LINE_PROBE, now + PROBE_SEC * NS_PER_SEC, LINE_PING);
}

static enum line_action give_up(struct line *l, const struct line_news *n,
				int64_t now)
{
	if (now < l->due_ns)
		return LINE_NOTHING;
	err_set(&l->err, ERR_TIMEOUT, "silence for %d s",
		(int)((now - l->heard_ns) / NS_PER_SEC));
	return wait_out(l, REOPEN_FAILED, n, now);
}

static enum line_action again(struct line *l, const struct line_news *n,
			      int64_t now)
{
	(void)n;
	return now < l->due_ns ? LINE_NOTHING : ask_for_key(l);
}

static enum line_action hang_up(struct line *l, const struct line_news *n,
				int64_t now)
{
	(void)n;
	l->err.msg[0] = '\0';
	return go(l, LINE_CLOSING, now + CLOSE_SEC * NS_PER_SEC, LINE_CLOSE);
}

static enum line_action closed(struct line *l, const struct line_news *n,
			       int64_t now)
{
	return now < l->due_ns ? LINE_NOTHING : end(l, n, now);
}

/* ---- the table ---- */

/* clang-format off */
#define NO ignore
static const line_fn steps[LINE_EVENTS][LINE_STATES] = {
	/*                     DOWN   KEY      OPENING   LIVE      PROBE     WAITING CLOSING DONE */
	[LINE_START] =       { start, NO,      NO,       NO,       NO,       NO,     NO,     NO },
	[LINE_KEY_GOT] =     { NO,    key_got, NO,       NO,       NO,       NO,     NO,     NO },
	[LINE_KEY_FAILED] =  { NO,    no_key,  NO,       NO,       NO,       NO,     NO,     NO },
	[LINE_OPENED] =      { NO,    NO,      opened,   NO,       NO,       NO,     NO,     NO },
	[LINE_OPEN_FAILED] = { NO,    NO,      not_open, NO,       NO,       NO,     NO,     NO },
	[LINE_HEARD] =       { NO,    NO,      NO,       heard,    heard,    NO,     NO,     NO },
	[LINE_ACCEPTED] =    { NO,    NO,      NO,       accepted, accepted, NO,     NO,     NO },
	[LINE_BUSY] =        { NO,    NO,      NO,       busy,     busy,     NO,     NO,     NO },
	[LINE_KEY_DEAD] =    { NO,    NO,      NO,       bad_key,  bad_key,  NO,     NO,     NO },
	[LINE_LOST] =        { NO,    NO,      NO,       lost,     lost,     NO,     end,    NO },
	[LINE_TIMER] =       { NO,    NO,      NO,       probe,    give_up,  again,  closed, NO },
	[LINE_STOP] =        { stop,  stop,    stop,     hang_up,  hang_up,  stop,   NO,     NO },
};
/* clang-format on */

enum line_action line_take(struct line *l, enum line_event event,
			   const struct line_news *news, int64_t now_ns)
{
	static const struct line_news none = { .random = UINT32_MAX / 2 };

	return steps[event][l->state](l, news ? news : &none, now_ns);
}
