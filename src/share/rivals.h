/* SPDX-License-Identifier: MIT */
/* rivals.h: files of the same account's quota that are not ours.
 * Layer share; uses boot.
 *
 * On one state directory (a network home, a volume) another machine, another
 * boot or another version has a file of its own: its name begins like ours. Each
 * has a quota of its own, and together they may overrun the account's. */
#ifndef SHARE_RIVALS_H
#define SHARE_RIVALS_H

#include <stdbool.h>

/* Whether such a file was changed in the last two minutes, as the file system
 * counts: by the time of our own file, just written. What was changed before
 * this system was started may be our own of the last boot: it is none.
 * Removes files that nobody has changed for a week.
 * family: how all the names begin; own: ours. Thread: any. */
bool rivals_look(int dirfd, const char *family, const char *own);

#endif
