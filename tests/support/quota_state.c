/* SPDX-License-Identifier: MIT */
/* quota_state: makes a quota's file odd, or holds it as a stopped process would.
 *
 * usage: quota_state HOW FILE...
 *   future   the state is whole, and all its instants are in the year 2100
 *   hold     locks the files, says so, and stands still for two minutes */
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "share/limiter_state.h"
#include "share/quota_file.h"

static void die(const char *what)
{
	fprintf(stderr, "quota_state: %s\n", what);
	exit(1);
}

/* The file at path, whatever account it is of. */
static void begin(struct quota_file *f, char *path, struct limiter_state *l)
{
	struct err err;
	char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (slash)
		*slash = '\0';
	*f = (struct quota_file){ .fd = -1, .calls_fd = -1 };
	f->dirfd = open(slash ? path : ".", O_RDONLY | O_DIRECTORY);
	snprintf(f->name, sizeof f->name, "%s", name);
	snprintf(f->new_name, sizeof f->new_name, "%s.new", name);
	snprintf(f->calls_name, sizeof f->calls_name, "calls%s", name);
	if (quota_file_begin(f, l, NULL, clock_monotonic_ns() + NS_PER_SEC, &err) < 0)
		die(err.msg);
}

static void commit(struct quota_file *f, const struct limiter_state *l)
{
	struct err err;

	if (quota_file_commit(f, l, &err) != 0)
		die("cannot write");
}

static void move(int64_t *instant)
{
	if (*instant > 0)
		*instant += INT64_C(75) * 365 * 86400 * NS_PER_SEC;
}

static void move_all(struct limiter_state *l)
{
	size_t i;

	move(&l->next_send_ns);
	move(&l->pause_until_ns);
	move(&l->pace.forget_ns);
	move(&l->pace.cut_ns);
	move(&l->pace.raised_ns);
	move(&l->rtt_since_ns);
	for (i = 0; i < LIMITER_USERS; i++)
		move(&l->user[i].seen_ns);
	for (i = 0; i < l->place_count; i++) {
		move(&l->place[i].send_at_ns);
		move(&l->place[i].held_until_ns);
	}
}

int main(int argc, char **argv)
{
	static struct limiter_state l;
	struct quota_file f;
	int i;

	if (argc < 3)
		die("usage: quota_state future|hold FILE...");
	for (i = 2; i < argc; i++) {
		begin(&f, argv[i], &l);
		if (strcmp(argv[1], "hold") == 0)
			continue; /* until this process ends */
		move_all(&l);
		commit(&f, &l);
		if (quota_file_begin(&f, &l, NULL, CLOCK_NEVER, NULL) < 0)
			die("cannot lock");
		commit(&f, &l); /* the other slot */
	}
	if (strcmp(argv[1], "hold") == 0) {
		puts("held");
		fflush(stdout);
		sleep(120);
	}
	return 0;
}
