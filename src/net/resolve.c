/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* EAI_NODATA */
#include "net/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/sync.h"
#include "base/wake.h"

enum { HOST_BYTES = 256 };

/* Of the asking thread and the looking one, until is_left: then the latter's. */
struct lookup {
	struct mutex mu;
	char host[HOST_BYTES]; /* c */
	struct thread thread;  /* c */
	int done[2];           /* c: a pipe; done[0] is readable once is_done */
	bool is_done;          /* l: no more work of the thread */
	bool is_left;          /* l: nobody will ask for the answer */
	int rc, errnum;   /* the thread's until is_done: getaddrinfo's word */
	struct buf found; /* likewise: the addresses */
};

struct resolver {
	atomic_bool *has_stray;
	struct lookup *lookup; /* NULL: none under way */
};

struct resolver *resolver_new(atomic_bool *has_stray, struct err *err)
{
	struct resolver *r = err_calloc(sizeof *r, err);

	if (!r)
		return NULL;
	r->has_stray = has_stray;
	return r;
}

static void lookup_free(struct lookup *l)
{
	wake_close(l->done);
	buf_release(&l->found);
	mutex_destroy(&l->mu);
	free(l);
}

/* ---- the looking thread ------------------------------------------------ */

static void put_address(struct buf *out, const struct sockaddr *address)
{
	const void *bytes = NULL;
	char text[INET6_ADDRSTRLEN];

	if (address->sa_family == AF_INET) {
		bytes = &((const struct sockaddr_in *)address)->sin_addr;
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 =
			(const struct sockaddr_in6 *)address;

		/* A link's own address means nothing without the link. */
		bytes = v6->sin6_scope_id == 0 ? &v6->sin6_addr : NULL;
	}
	if (!bytes ||
	    !inet_ntop(address->sa_family, bytes, text, sizeof text) ||
	    out->len + 1 + strlen(text) > out->max)
		return;
	if (out->len > 0)
		buf_putc(out, ',');
	buf_puts(out, text);
}

static void *look_up(void *arg)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	struct lookup *l = arg;
	bool is_left;

	l->rc = getaddrinfo(l->host, NULL, &hints, &list);
	l->errnum = errno;
	if (l->rc == 0) {
		for (struct addrinfo *a = list; a; a = a->ai_next)
			put_address(&l->found, a->ai_addr);
		freeaddrinfo(list);
	}
	mutex_lock(&l->mu);
	l->is_done = true;
	is_left = l->is_left;
	mutex_unlock(&l->mu);
	if (is_left)
		lookup_free(l);
	else
		wake_send(l->done[1]);
	return NULL;
}

/* ---- the asking one ---------------------------------------------------- */

static struct lookup *lookup_start(const char *host, struct err *err)
{
	struct lookup *l = err_calloc(sizeof *l, err);

	if (!l)
		return NULL;
	buf_init(&l->found, RESOLVE_MAX_BYTES);
	memcpy(l->host, host, strlen(host) + 1);
	l->done[0] = l->done[1] = -1;
	if (mutex_init(&l->mu, err) < 0 || wake_open(l->done, err) < 0 ||
	    thread_start(&l->thread, look_up, l, err) < 0) {
		lookup_free(l);
		return NULL;
	}
	return l;
}

/* Nobody wants its answer. What still runs frees itself. */
static void lookup_leave(struct lookup *l)
{
	struct thread thread = l->thread;
	bool is_done;

	mutex_lock(&l->mu);
	is_done = l->is_done;
	l->is_left = true;
	mutex_unlock(&l->mu);
	if (!is_done) {
		thread_leave(&thread);
		return;
	}
	thread_join(&thread);
	lookup_free(l);
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	if (r->lookup)
		lookup_leave(r->lookup);
	free(r);
}

static int lookup_wait(const struct lookup *l, struct stop *stop,
		       int64_t deadline_ns, struct err *err)
{
	struct pollfd p[2] = { { .fd = l->done[0], .events = POLLIN },
			       { .fd = stop->fd[0], .events = POLLIN } };

	for (;;) {
		int64_t now = clock_monotonic_ns();

		if (stop_reason(stop))
			return err_set(err, ERR_CANCELED, "interrupted");
		if (poll(p, 2, 0) > 0 && p[0].revents)
			return 0;
		if (now >= deadline_ns)
			return err_set(err, ERR_TIMEOUT,
				       "no address of '%s' in time", l->host);
		poll(p, 2, clock_poll_ms(now, deadline_ns));
	}
}

static int read_answer(const struct lookup *l, struct buf *out, struct err *err)
{
	switch (l->rc) {
	case 0:
		break;
	case EAI_NONAME:
#if defined(EAI_NODATA) && EAI_NODATA != EAI_NONAME
	case EAI_NODATA:
#endif
		return err_set(err, ERR_HOST,
			       "cannot resolve '%s': the name does not exist",
			       l->host);
	case EAI_MEMORY:
		return err_no_memory(err);
	case EAI_SYSTEM:
		return err_set_errno(err, ERR_NETWORK, l->errnum,
				     "cannot resolve '%s' for now", l->host);
	default: /* EAI_AGAIN, and a name server that fails */
		return err_set(err, ERR_NETWORK,
			       "cannot resolve '%s' for now: %s", l->host,
			       gai_strerror(l->rc));
	}
	if (buf_check(&l->found, ERR_NETWORK, err) < 0)
		return -1;
	if (l->found.len == 0)
		return err_set(err, ERR_HOST,
			       "cannot resolve '%s': it has no address",
			       l->host);
	buf_clear(out);
	buf_append(out, l->found.data, l->found.len);
	return buf_check(out, ERR_NETWORK, err);
}

int resolver_find(struct resolver *r, const char *host, struct stop *stop,
		  int64_t deadline_ns, struct buf *out, struct err *err)
{
	int rc;

	if (strlen(host) >= HOST_BYTES)
		return err_set(err, ERR_HOST,
			       "cannot resolve a name of %zu bytes",
			       strlen(host));
	if (r->lookup && strcmp(r->lookup->host, host) != 0) {
		lookup_leave(r->lookup);
		r->lookup = NULL;
	}
	if (!r->lookup && !(r->lookup = lookup_start(host, err)))
		return -1;
	if (lookup_wait(r->lookup, stop, deadline_ns, err) < 0) {
		if (r->has_stray)
			atomic_store(r->has_stray, true);
		return -1;
	}
	thread_join(&r->lookup->thread);
	rc = read_answer(r->lookup, out, err);
	lookup_free(r->lookup);
	r->lookup = NULL;
	return rc;
}
