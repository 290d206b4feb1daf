/* SPDX-License-Identifier: MIT */
/* failures.h: what failed, as a list to try again (--errors).
 * Layer cli; uses base, render, output.
 *
 *   0700.HKS  # Timeout: no answer within 5 s
 *   # 0700: Input: cannot tell the market: write 0700.HKS
 *
 * A line for each failed entry of the list, as it was typed, with the reason
 * as a comment; what was no symbol is a comment altogether, as no further try
 * makes it one. The file is there after every run that reached its end, empty
 * when nothing failed. */
#ifndef CLI_FAILURES_H
#define CLI_FAILURES_H

#include <stdint.h>

#include "base/err.h"

struct failures; /* opaque */
struct record;

/* Opens the file before anything is asked. Errors: OUTPUT, SYSTEM. */
MUST_CHECK struct failures *failures_open(const char *path, struct err *err);

/* record: of a failure. */
void failures_note(struct failures *f, const struct record *record);

/* Writes the list and makes the file appear.
 * Blocks: as output_write, until deadline_ns.
 * Errors: OUTPUT, SYSTEM. Owns: frees f either way. */
MUST_CHECK int failures_save(struct failures *f, int64_t deadline_ns,
			     struct err *err);

/* Leaves an old file as it is. Takes NULL. */
void failures_abandon(struct failures *f);

#endif
