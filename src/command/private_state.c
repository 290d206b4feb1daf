/* SPDX-License-Identifier: MIT */
#include "command/private_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/config.h"
#include "engine/upstream.h"
#include "share/credential.h"
#include "share/quota.h"

enum { LINE_MAX_BYTES = 8192 };

static bool has_any(const struct private_state *w)
{
	for (size_t i = 0; i < STATE_PARTS; i++)
		if (w->has_part[i])
			return true;
	return false;
}

void private_state_note(struct private_state *w, enum state_part part,
			const struct err *why)
{
	if (why->kind == ERR_DEADLINE || why->kind == ERR_CANCELED)
		return;
	if (!has_any(w))
		w->why = *why;
	w->has_part[part] = true;
}

void private_state_note_upstream(struct private_state *w,
				 const struct upstream *u)
{
	const struct err *quota = u->quota ? quota_warning(u->quota) : NULL;
	struct err why;

	if (quota && quota->kind == ERR_SYSTEM)
		private_state_note(w, STATE_QUOTA, quota);
	if (u->credential && credential_is_private(u->credential, &why))
		private_state_note(w, STATE_TOKEN, &why);
}

bool private_state_can_share(int dirfd, struct err *why)
{
	if (faccessat(dirfd, ".", W_OK, AT_EACCESS) == 0)
		return true;
	err_set_errno(why, ERR_SYSTEM, errno, "cannot write the directory");
	return false;
}

/* "token, quota and ..."; returns whether that is more than one thing. */
static bool put_parts(const struct private_state *w, struct buf *line)
{
	static const char *const names[STATE_PARTS] = {
		[STATE_TOKEN] = "token",
		[STATE_QUOTA] = "quota",
		[STATE_SESSION] = "session",
		[STATE_EXCHANGES] = "found exchanges",
		[STATE_NAMES] = "lists of names",
		[STATE_QUOTES] = "quotes",
	};
	size_t left = 0, count = 0, i;

	for (i = 0; i < STATE_PARTS; i++)
		left += w->has_part[i];
	for (i = 0; i < STATE_PARTS; i++)
		if (w->has_part[i]) {
			buf_printf(line, "%s%s",
				   count++ == 0 ? ""
				   : left == 1  ? " and "
						: ", ",
				   names[i]);
			left--;
		}
	return count > 1 || w->has_part[STATE_EXCHANGES] ||
	       w->has_part[STATE_NAMES] || w->has_part[STATE_QUOTES];
}

/* What to do about it. The reason names a file; here is where it lies. */
static void put_advice(int errnum, struct buf *line)
{
	char *path = config_state_dir();

	switch (path ? errnum : -1) {
	case EACCES:
	case EPERM:
	case EROFS:
		buf_printf(line, ": make '%s' writable, or", path);
		break;
	case ENOSPC:
	case EDQUOT:
		buf_printf(line, ": free some space in '%s', or", path);
		break;
	case 0: /* what is said may be what to do */
		buf_printf(line, "; or");
		break;
	default:
		buf_printf(line, ":");
		break;
	}
	buf_printf(line, " set QUOTEFETCH_STATE_DIR to another directory");
	free(path);
}

void private_state_tell(struct private_state *w, say_fn *say, void *arg)
{
	struct buf line;
	bool are_many;

	if (w->was_told || !has_any(w))
		return;
	w->was_told = true;
	buf_init(&line, LINE_MAX_BYTES);
	are_many = put_parts(w, &line);
	buf_printf(&line, " %s this run's own: %s", are_many ? "are" : "is",
		   w->why.msg);
	put_advice(w->why.code, &line);
	say(arg, buf_text(&line));
	buf_release(&line);
}
