/* SPDX-License-Identifier: MIT */
#include "stream/session_lock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/safefile.h"
#include "share/boot.h"
#include "stream/reopen.h"

#define MAGIC "session 1 "

/* Reads a number and the blank or newline behind it. */
static bool read_number(const char **at, uint64_t *out)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*out = strtoull(*at, &end, 10);
	if (errno || (*end != ' ' && *end != '\n'))
		return false;
	*at = end + 1;
	return true;
}

int session_lock_parse(const char *text, size_t len, uint64_t boot,
		       int64_t now_ms, long *pid,
		       int64_t opened_ms[SESSION_STAMPS], struct err *err)
{
	char copy[SESSION_FILE_BYTES];
	const char *at = copy + sizeof MAGIC - 1;
	uint64_t n, its_boot;

	if (len < sizeof MAGIC || len >= sizeof copy ||
	    memcmp(text, MAGIC, sizeof MAGIC - 1) != 0)
		return err_set(err, ERR_PARSE, "not a session's file");
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (!read_number(&at, &n) || n == 0 || n > INT32_MAX ||
	    !read_number(&at, &its_boot))
		return err_set(err, ERR_PARSE, "not a session's file");
	*pid = (long)n;
	for (int i = 0; i < SESSION_STAMPS; i++) {
		if (!read_number(&at, &n))
			return err_set(err, ERR_PARSE,
				       "a session's file is cut");
		opened_ms[i] = its_boot == boot && n <= (uint64_t)now_ms
				       ? (int64_t)n
				       : 0;
	}
	return 0;
}

static int64_t now_ms(void)
{
	return clock_monotonic_ns() / NS_PER_MS;
}

static void write_file(const struct session_lock *l)
{
	char text[SESSION_FILE_BYTES];
	int len = snprintf(text, sizeof text, MAGIC "%ld %" PRIu64,
			   (long)getpid(), boot_name());

	for (int i = 0; i < SESSION_STAMPS; i++)
		len += snprintf(text + len, sizeof text - (size_t)len,
				" %" PRId64, l->opened_ms[i]);
	len += snprintf(text + len, sizeof text - (size_t)len, "\n");
	if (pwrite(l->fd, text, (size_t)len, 0) != len ||
	    ftruncate(l->fd, len) < 0)
		errno = 0; /* a full disk: the openings of this process count */
}

/* Reads what the file says, if it says anything. */
static long read_file(int dirfd, const char *name,
		      int64_t opened_ms[SESSION_STAMPS])
{
	struct buf text;
	long pid = 0;

	buf_init(&text, SESSION_FILE_BYTES);
	if (safefile_read(dirfd, name, &text, NULL) != 1 ||
	    session_lock_parse(buf_text(&text), text.len, boot_name(), now_ms(),
			       &pid, opened_ms, NULL) < 0) {
		memset(opened_ms, 0, SESSION_STAMPS * sizeof *opened_ms);
		pid = 0;
	}
	buf_release(&text);
	return pid;
}

int session_lock_take(struct session_lock *l, int dirfd, const char *key,
		      struct stop *stop, struct reopen *budget, struct err *err)
{
	char hashed[HASH_NAME_BYTES], name[HASH_NAME_BYTES + 16];
	long pid;

	*l = (struct session_lock){ .fd = -1 };
	if (dirfd < 0)
		return 0;
	hash_name(key, hashed);
	snprintf(name, sizeof name, "session-%s", hashed);
	l->fd = safefile_lock(dirfd, name, stop, clock_monotonic_ns(), &l->why);
	l->is_private = l->fd < 0 && l->why.kind == ERR_SYSTEM;
	if (l->is_private)
		return 0;
	if (l->fd < 0 && l->why.kind != ERR_DEADLINE) {
		if (err)
			*err = l->why;
		return -1;
	}
	pid = read_file(dirfd, name, l->opened_ms);
	if (l->fd < 0 && pid > 0)
		return err_set(err, ERR_LIMIT,
			       "another quotefetch (pid %ld) follows with this "
			       "app key",
			       pid);
	if (l->fd < 0)
		return err_set(err, ERR_LIMIT,
			       "another quotefetch follows with this app key");
	for (int i = 0; i < SESSION_STAMPS; i++)
		if (l->opened_ms[i] > 0)
			reopen_add_opening(budget, l->opened_ms[i] * NS_PER_MS);
	write_file(l);
	return 0;
}

void session_lock_note(struct session_lock *l, int64_t now_ns)
{
	memmove(l->opened_ms, l->opened_ms + 1,
		(SESSION_STAMPS - 1) * sizeof *l->opened_ms);
	l->opened_ms[SESSION_STAMPS - 1] = now_ns / NS_PER_MS;
	if (l->fd >= 0)
		write_file(l);
}

void session_lock_release(struct session_lock *l)
{
	if (l->fd >= 0)
		safefile_unlock(l->fd);
	l->fd = -1;
}
