/* SPDX-License-Identifier: MIT */
/* safefile_edit.h: a private file that is read, changed and replaced by one
 * process at a time, and read by all at any time.
 * Layer base; uses safefile, err, buf, clock, sync.
 *
 *	begin .. safefile_read .. commit        (or abandon)
 *
 * Between begin and commit the flock of "NAME.lock" is held: for as long as it
 * takes to read and write a page, never while anybody waits or sleeps. A reader
 * needs no lock: the file is replaced by rename.
 *
 * A holder may all the same stand still in between (SIGSTOP, a debugger). The
 * others wait for a second, and then take the lock from it by putting another
 * lock file in its place. The holder may wake at any moment, so the right to
 * commit must go with the lock, and the order matters. That right is a temporary
 * file, whose name bears the lock file's inode:
 *
 *	holder:  lock .. create the temporary .. is the lock still in its place?
 *	         .. read .. write the temporary .. rename it over the file
 *	taker:   put a locked file in the lock's place .. remove the holder's
 *	         temporary .. go on as a holder
 *
 * If the holder's rename comes first, the taker reads what it wrote. If not,
 * its temporary is gone, the rename fails, and it begins again. If it had none
 * yet, it finds another lock in the place of its own. Nobody else creates a
 * temporary of that name, for the inode is not used again while the holder has
 * it open. One takes at a time: who holds the flock of "NAME.lock.new". */
#ifndef BASE_SAFEFILE_EDIT_H
#define BASE_SAFEFILE_EDIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf;
struct stop;

enum { SAFEFILE_NAME_BYTES = 128 };

struct safefile_edit {
	int dirfd;                      /* borrowed */
	char name[SAFEFILE_NAME_BYTES]; /* of the file */
	int lock;                       /* its flock is held */
	int temporary;                  /* open for writing */
	char temporary_name[SAFEFILE_NAME_BYTES];
};

/* Begins to change "NAME".
 * Owns:   ended by safefile_edit_commit or safefile_edit_abandon.
 * Blocks: until the others are done, deadline_ns, or stop; for a second or two
 * where a holder stands still.
 * Errors: DEADLINE, CANCELED; SYSTEM: the directory cannot be written. */
MUST_CHECK int safefile_edit_begin(struct safefile_edit *e, int dirfd,
				   const char *name, struct stop *stop,
				   int64_t deadline_ns, struct err *err);

/* Replaces the file, and ends the edit. What was written last before a loss of
 * power may be lost with it: it is not synced.
 * Returns 1 when the lock was taken away: nothing was written, and what was read
 * may be old; begin again.
 * Errors: SYSTEM; then the old file stands and no temporary is left. */
MUST_CHECK int safefile_edit_commit(struct safefile_edit *e, const char *data,
				    size_t len, struct err *err);

/* Ends the edit without a change. */
void safefile_edit_abandon(struct safefile_edit *e);

/* What a file is to hold: make appends it, and may read the file as it is. */
struct safefile_text {
	size_t max_bytes;
	int (*make)(void *arg, int dirfd, struct buf *out, struct err *err);
	void *arg;
};

/* An edit from begin to commit; make is called anew where the lock was lost.
 * Blocks, Errors: as these, and make's. */
MUST_CHECK int safefile_rewrite(int dirfd, const char *name,
				const struct safefile_text *text,
				struct stop *stop, int64_t deadline_ns,
				struct err *err);

#endif
