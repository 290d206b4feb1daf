/* SPDX-License-Identifier: MIT */
/* sync.h: mutex, condition, thread and stop: the only module that names
 * pthread.
 * Layer base; uses err, clock.
 *
 * Locks are leaves: who holds one takes no other, calls no callback, does no
 * I/O and allocates nothing. Misuse aborts. clang's -Wthread-safety checks
 * REQUIRES and GUARDED_BY. */
#ifndef BASE_SYNC_H
#define BASE_SYNC_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#if defined(__clang__)
#define CAPABILITY __attribute__((capability("mutex")))
#define GUARDED_BY(m) __attribute__((guarded_by(m)))
#define REQUIRES(m) __attribute__((requires_capability(m)))
#define ACQUIRE(m) __attribute__((acquire_capability(m)))
#define RELEASE(m) __attribute__((release_capability(m)))
#define NO_ANALYSIS __attribute__((no_thread_safety_analysis))
#else
#define CAPABILITY
#define GUARDED_BY(m)
#define REQUIRES(m)
#define ACQUIRE(m)
#define RELEASE(m)
#define NO_ANALYSIS
#endif

struct CAPABILITY mutex {
	pthread_mutex_t raw;
	bool is_made;
};

struct cond {
	pthread_cond_t raw; /* waits on CLOCK_MONOTONIC */
	bool is_made;
};

/* Destroying one that is zero, or whose init failed, does nothing: so who has
 * some of each fails through its own end. */
MUST_CHECK int mutex_init(struct mutex *m, struct err *err);
void mutex_destroy(struct mutex *m);
void mutex_lock(struct mutex *m) ACQUIRE(m);
void mutex_unlock(struct mutex *m) RELEASE(m);

MUST_CHECK int cond_init(struct cond *c, struct err *err);
void cond_destroy(struct cond *c);
void cond_signal(struct cond *c);
void cond_broadcast(struct cond *c);

/* Waits for a signal or until deadline_ns (monotonic, CLOCK_NEVER: no end).
 * May wake early: call it in a while over the predicate.
 * Returns false once the deadline has passed. */
bool cond_wait_until(struct cond *c, struct mutex *m, int64_t deadline_ns)
	REQUIRES(m);

/* Threads start with every signal blocked: signals are main's. */
struct thread {
	pthread_t raw;
};
MUST_CHECK int thread_start(struct thread *t, void *(*body)(void *), void *arg,
			    struct err *err);
void thread_join(struct thread *t);

/* Instead of joining: for one that is held in a call that nothing interrupts.
 * What it uses must be its own by now. */
void thread_leave(struct thread *t);

/* stop: one flag that ends every wait of the process.
 *
 * Once requested it stays so, and its descriptor is readable for ever: every
 * poll() that includes it wakes, in any thread. Waits on conditions are woken
 * by the owner of the condition (pool_stop). */
struct stop {
	int fd[2];         /* c: a pipe; fd[0] is readable once stopped */
	atomic_int reason; /* a: 0 = running, else the first reason */
};

enum { STOP_INTERNAL = -1 }; /* a reason that is not a signal number */

MUST_CHECK int stop_init(struct stop *s, struct err *err);
void stop_destroy(struct stop *s);

/* Asks to stop; reason is a signal number or STOP_INTERNAL, and the first one
 * stands. Thread: any, and signal handlers. */
void stop_request(struct stop *s, int reason);

/* 0 while running, also without a flag (NULL), else the reason. Thread: any. */
int stop_reason(const struct stop *s);

/* For a flag that is no end, a request to do something: takes the reason, and is
 * as new then. A request that comes meanwhile is not lost. Thread: one. */
int stop_take(struct stop *s);

/* Sleeps until the instant or the stop (may be NULL). Returns false when
 * stopped. Thread: any. */
bool stop_sleep_until(struct stop *s, int64_t until_ns);

#endif
