/* quota_file.h: the limiter's state in a file that many processes share.
 * Layer share; uses base, limiter_state.
 *
 * The file holds two slots, written in turn, each with a serial number and a
 * checksum. A process that is killed while it writes leaves the other slot,
 * which is the state before: its change was not made, and was not acted on.
 * The state is bound to the boot, as its clock is.
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
 * finds the old one in place, may replace it: so one does.
 *
 * A struct quota_file is used by one thread at a time. */
#ifndef SHARE_QUOTA_FILE_H
#define SHARE_QUOTA_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct limiter_state;
struct stop;

struct quota_file {
	int dirfd;                           /* c: borrowed */
	char name[HASH_NAME_BYTES + 8];      /* c */
	char new_name[HASH_NAME_BYTES + 12]; /* c: of a replacement */
	uint64_t boot[2];                    /* c: zero: not known */
	int fd;                              /* locked; -1 */
	uint64_t serial;                     /* of the state that was read */
};

/* Errors: SYSTEM: the directory or the file cannot be used. */
MUST_CHECK int quota_file_init(struct quota_file *f, int dirfd, const char *key,
			       struct err *err);

/* Locks the file and reads it; a state that is damaged, or of another boot,
 * is a new one. Ends with quota_file_commit.
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

#endif
