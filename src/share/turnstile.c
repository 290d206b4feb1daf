/* SPDX-License-Identifier: MIT */
/* Who waits looks at its stop now and then: a stop signals no condition. */
#include "share/turnstile.h"

#include "base/clock.h"

#define LOOK_AT_STOP_NS (20 * NS_PER_MS)

int turnstile_init(struct turnstile *t, struct err *err)
{
	*t = (struct turnstile){ .line = NULL };
	return mutex_init(&t->mu, err) < 0 ||
			       cond_init(&t->turn_free, err) < 0 ||
			       cond_init(&t->line_moved, err) < 0
		       ? -1
		       : 0;
}

void turnstile_destroy(struct turnstile *t)
{
	cond_destroy(&t->line_moved);
	cond_destroy(&t->turn_free);
	mutex_destroy(&t->mu);
}

/* Waits for a change, or not for long. Errors: CANCELED, DEADLINE. */
static int wait_a_little(struct turnstile *t, struct cond *c, struct stop *stop,
			 int64_t deadline_ns, struct err *err) REQUIRES(t->mu)
{
	int64_t now = clock_monotonic_ns();

	if (stop_reason(stop))
		return err_set(err, ERR_CANCELED, "interrupted");
	if (now >= deadline_ns)
		return err_set(err, ERR_DEADLINE, "the time is up");
	now += LOOK_AT_STOP_NS;
	cond_wait_until(c, &t->mu, earlier(now, deadline_ns));
	return 0;
}

int turnstile_take_turn(struct turnstile *t, struct stop *stop,
			int64_t deadline_ns, struct err *err)
{
	int rc = 0;

	mutex_lock(&t->mu);
	while (t->is_taken && rc == 0)
		rc = wait_a_little(t, &t->turn_free, stop, deadline_ns, err);
	if (rc == 0)
		t->is_taken = true;
	mutex_unlock(&t->mu);
	return rc;
}

void turnstile_give_turn(struct turnstile *t)
{
	mutex_lock(&t->mu);
	t->is_taken = false;
	cond_signal(&t->turn_free);
	mutex_unlock(&t->mu);
}

static void leave_line_locked(struct turnstile *t, struct turnstile_waiter *me)
	REQUIRES(t->mu)
{
	struct turnstile_waiter **at = &t->line;

	while (*at != me)
		at = &(*at)->next;
	*at = me->next;
	cond_broadcast(&t->line_moved);
}

int turnstile_enter_line(struct turnstile *t, struct turnstile_waiter *me,
			 struct stop *stop, int64_t deadline_ns,
			 struct err *err)
{
	struct turnstile_waiter **at = &t->line;
	int rc = 0;

	mutex_lock(&t->mu);
	while (*at)
		at = &(*at)->next;
	*at = me;
	me->next = NULL;
	while (t->line != me && rc == 0)
		rc = wait_a_little(t, &t->line_moved, stop, deadline_ns, err);
	if (rc < 0)
		leave_line_locked(t, me);
	mutex_unlock(&t->mu);
	return rc;
}

void turnstile_leave_line(struct turnstile *t, struct turnstile_waiter *me)
{
	mutex_lock(&t->mu);
	leave_line_locked(t, me);
	mutex_unlock(&t->mu);
}
