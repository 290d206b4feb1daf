/* SPDX-License-Identifier: MIT */
/* quota_file.h: the limiter's state in a file that many processes share.
 * Layer share; uses base, limiter_state, quota_slots.
 *
 * Who shares it. The file's name tells the account, the layout and the clock
 * (boot.h): another version or machine, or the next boot, has another file, and
 * a quota of its own.
 *
 * What may be damaged. quota_slots.h tells a change that was broken off from
 * bytes that somebody else has written. Then it is said what may be missing: the
 * last change only, or all.
 *
 * What cannot be damaged. Who has calls in flight holds a shared lock on a second
 * file ("calls-..."): the kernel keeps it and drops it with its process. So even
 * where the state is lost, it can be seen whether calls of others are under way.
 * The second file also tells a state that was removed from one that never was.
 *
 * Who changes the state holds the flock of the file, reads, writes, lets go.
 * If the holder stands still (SIGSTOP, a debugger), the others wait for a
 * second and then replace the file by a copy. The holder may wake at any
 * moment, so the order matters:
 *
 *	holder:    lock .. write .. does the name still mean my file? .. act
 *	replacer:  put an empty file in its place .. copy the old one into it
 *
 * If the holder finds its file in place, its write was complete before the
 * replacement and is in the copy. If not, it acts on nothing and does its
 * change again in the new file. Only who holds the flock of the new file, and
 * finds the old one in place, may replace it: so one does. A file that is not
 * there yet is put in place in the same way.
 *
 * A struct quota_file is used by one thread at a time. */
#ifndef SHARE_QUOTA_FILE_H
#define SHARE_QUOTA_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "share/quota_slots.h"

struct limiter_state;
struct stop;

enum { QUOTA_FILE_NAME_BYTES = 80 };

struct quota_file {
	int dirfd;                              /* c: borrowed */
	char family[HASH_NAME_BYTES + 8];       /* c: all its names begin so */
	char name[QUOTA_FILE_NAME_BYTES];       /* c: of the state */
	char new_name[QUOTA_FILE_NAME_BYTES];   /* c: of a replacement */
	char calls_name[QUOTA_FILE_NAME_BYTES]; /* c */
	int fd;                                 /* locked; -1 */
	int calls_fd;                           /* -1: not needed so far */
	bool has_calls;                         /* calls_fd is locked */
	enum quota_found found;                 /* at the last begin */
	struct quota_history history;           /* of the state that was read */
	struct quota_history known;             /* last acted on */
	uint64_t stuck_serial; /* of a file that another has locked */
	int64_t stuck_since_ns, stuck_seen_ns;
};

/* party: who shares it: the clock (boot_name()), and what else must be the same.
 * Makes no file.
 * Errors: SYSTEM: what stands in the file's place is no file of ours. */
MUST_CHECK int quota_file_init(struct quota_file *f, int dirfd, const char *key,
			       uint64_t party, struct err *err);
void quota_file_release(struct quota_file *f);

/* Locks the file, makes it where there is none, and reads it; f->found says
 * what l lacks. Ends with quota_file_commit or quota_file_abandon.
 * Blocks: until it is free, deadline_ns, or stop (may be NULL).
 * Errors: DEADLINE, CANCELED; SYSTEM: the file cannot be used. */
MUST_CHECK int quota_file_begin(struct quota_file *f, struct limiter_state *l,
				struct stop *stop, int64_t deadline_ns,
				struct err *err);

/* Writes the state and unlocks. Returns 1 when the file was replaced in
 * between: nothing of this may be acted on, begin again.
 * Errors: SYSTEM. */
MUST_CHECK int quota_file_commit(struct quota_file *f,
				 const struct limiter_state *l,
				 struct err *err);

/* Reads the state without the lock, or an empty one. */
void quota_file_peek(struct quota_file *f, struct limiter_state *l);

/* Between begin and commit, or when none of our calls is in flight any more:
 * whether this struct has any. As good as the system's locks: where they fail,
 * it does without. */
void quota_file_note_calls(struct quota_file *f, bool has_calls);

/* Between begin and commit: whether calls of anybody are in flight. */
bool quota_file_sees_calls(struct quota_file *f);

#endif
