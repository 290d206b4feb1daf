/* SPDX-License-Identifier: MIT */
/* names.h: getaddrinfo as a test wants it. The test's program wraps getaddrinfo
 * and freeaddrinfo. */
#ifndef NAMES_H
#define NAMES_H

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
	int gate[2];        /* c: a lookup of "stall..." waits for a byte */
	int rc, errnum;     /* c during a lookup */
	const char *answer; /* likewise: "1.2.3.4 ::1 fe80::1%2 unix" */
	atomic_int asked, answered;
} names;

static struct addrinfo *make(const char *text)
{
	struct place {
		struct addrinfo info;
		struct sockaddr_storage address;
	} *p = calloc(1, sizeof *p);
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&p->address;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&p->address;
	char copy[64];

	strcpy(copy, text);
	p->info.ai_addr = (struct sockaddr *)&p->address;
	if (strchr(copy, '%')) {
		*strchr(copy, '%') = '\0';
		v6->sin6_scope_id = 2;
	}
	if (inet_pton(AF_INET, copy, &v4->sin_addr) == 1)
		v4->sin_family = AF_INET;
	else if (inet_pton(AF_INET6, copy, &v6->sin6_addr) == 1)
		v6->sin6_family = AF_INET6;
	else
		p->address.ss_family = AF_UNIX;
	return &p->info;
}

int __wrap_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		       struct addrinfo **out)
{
	struct addrinfo **end = out;
	char text[2048], *rest, *word, byte;
	int rc, errnum;

	assert_null(service);
	assert_int_equal(hints->ai_socktype, SOCK_STREAM);
	atomic_fetch_add(&names.asked, 1);
	if (strncmp(node, "stall", 5) == 0)
		while (read(names.gate[0], &byte, 1) < 0)
			;
	rc = names.rc;
	errnum = names.errnum;
	strcpy(text, names.answer);
	atomic_fetch_add(&names.answered, 1); /* the test may go on */
	errno = errnum;
	if (rc)
		return rc;
	*out = NULL;
	for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		*end = make(word);
		end = &(*end)->ai_next;
	}
	return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *list)
{
	while (list) {
		struct addrinfo *next = list->ai_next;

		free(list);
		list = next;
	}
}

static inline void start_names(const char *answer)
{
	names.rc = names.errnum = 0;
	names.answer = answer;
	atomic_store(&names.asked, 0);
	atomic_store(&names.answered, 0);
	assert_int_equal(pipe(names.gate), 0);
}

/* Lets go all that wait, and waits for them. */
static inline void end_names(void)
{
	close(names.gate[1]);
	while (atomic_load(&names.answered) < atomic_load(&names.asked))
		sched_yield();
	close(names.gate[0]);
}

static inline void let_one_go(void)
{
	assert_int_equal(write(names.gate[1], "", 1), 1);
}

#endif
