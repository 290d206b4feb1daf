/* SPDX-License-Identifier: MIT */
/* pthread_cond_clockwait is no part of POSIX 2008; a condition bound to
 * CLOCK_MONOTONIC by its attribute is, and sanitizers understand it. macOS has
 * neither: there the wait is relative. */
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#ifdef __linux__
#define _GNU_SOURCE /* ppoll: waits finer than a millisecond */
#endif
#include "base/sync.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "base/clock.h"
#include "base/wake.h"

int mutex_init(struct mutex *m, struct err *err)
{
	int rc = pthread_mutex_init(&m->raw, NULL);

	m->is_made = rc == 0;
	return rc ? err_set_errno(err, ERR_SYSTEM, rc, "cannot make a lock")
		  : 0;
}

void mutex_destroy(struct mutex *m)
{
	require(!m->is_made || pthread_mutex_destroy(&m->raw) == 0);
	m->is_made = false;
}

void mutex_lock(struct mutex *m) NO_ANALYSIS
{
	require(pthread_mutex_lock(&m->raw) == 0);
}

void mutex_unlock(struct mutex *m) NO_ANALYSIS
{
	require(pthread_mutex_unlock(&m->raw) == 0);
}

int cond_init(struct cond *c, struct err *err)
{
	pthread_condattr_t attr;
	int rc = pthread_condattr_init(&attr);

	c->is_made = false;
	if (rc)
		return err_set_errno(err, ERR_SYSTEM, rc,
				     "cannot make a condition");
#ifndef __APPLE__
	require(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
#endif
	rc = pthread_cond_init(&c->raw, &attr);
	pthread_condattr_destroy(&attr);
	c->is_made = rc == 0;
	return rc ? err_set_errno(err, ERR_SYSTEM, rc,
				  "cannot make a condition")
		  : 0;
}

void cond_destroy(struct cond *c)
{
	require(!c->is_made || pthread_cond_destroy(&c->raw) == 0);
	c->is_made = false;
}

void cond_signal(struct cond *c)
{
	require(pthread_cond_signal(&c->raw) == 0);
}

void cond_broadcast(struct cond *c)
{
	require(pthread_cond_broadcast(&c->raw) == 0);
}

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / NS_PER_SEC),
				  .tv_nsec = (long)(ns % NS_PER_SEC) };
}

bool cond_wait_until(struct cond *c, struct mutex *m, int64_t deadline_ns)
{
	struct timespec ts;
	int rc;

	if (deadline_ns == CLOCK_NEVER) {
		require(pthread_cond_wait(&c->raw, &m->raw) == 0);
		return true;
	}
#ifdef __APPLE__
	int64_t left = deadline_ns - clock_monotonic_ns();

	ts = timespec_of(left > 0 ? left : 0);
	rc = pthread_cond_timedwait_relative_np(&c->raw, &m->raw, &ts);
#else
	ts = timespec_of(deadline_ns > 0 ? deadline_ns : 0);
	rc = pthread_cond_timedwait(&c->raw, &m->raw, &ts);
#endif
	require(rc == 0 || rc == ETIMEDOUT);
	return rc == 0;
}

int thread_start(struct thread *t, void *(*body)(void *), void *arg,
		 struct err *err)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	require(pthread_sigmask(SIG_SETMASK, &all, &old) == 0);
	rc = pthread_create(&t->raw, NULL, body, arg);
	require(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
	return rc ? err_set_errno(err, ERR_SYSTEM, rc, "cannot start a thread")
		  : 0;
}

void thread_join(struct thread *t)
{
	require(pthread_join(t->raw, NULL) == 0);
}

void thread_leave(struct thread *t)
{
	require(pthread_detach(t->raw) == 0);
}

int stop_init(struct stop *s, struct err *err)
{
	atomic_init(&s->reason, 0);
	return wake_open(s->fd, err);
}

void stop_destroy(struct stop *s)
{
	wake_close(s->fd);
}

void stop_request(struct stop *s, int reason)
{
	int running = 0;

	/* It is never cleared, so the descriptor stays readable. */
	if (atomic_compare_exchange_strong(&s->reason, &running, reason))
		wake_send(s->fd[1]);
}

int stop_reason(const struct stop *s)
{
	return s ? atomic_load(&s->reason) : 0;
}

int stop_take(struct stop *s)
{
	wake_clear(s->fd[0]);
	return atomic_exchange(&s->reason, 0);
}

bool stop_sleep_until(struct stop *s, int64_t until_ns)
{
	struct pollfd p = { .fd = s ? s->fd[0] : -1, .events = POLLIN };

	while (!stop_reason(s)) {
		int64_t now = clock_monotonic_ns();

		if (now >= until_ns)
			return true;
#ifdef __linux__
		struct timespec left = timespec_of(until_ns - now);

		ppoll(&p, 1, until_ns == CLOCK_NEVER ? NULL : &left, NULL);
#else
		poll(&p, 1, clock_poll_ms(now, until_ns));
#endif
	}
	return false;
}
