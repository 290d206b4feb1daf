/* SPDX-License-Identifier: MIT */
/* output_paths.h: nothing that a run writes takes the place of what else it
 * writes, or of what it reads.
 * Layer cli; uses config, options, descriptor.
 *
 * Files are told apart by what they are, not by how they are spelled: "x" and
 * "./x" are one, and so is a link. Descriptors, FIFOs and devices take one thing
 * after the other. A list that was read may be replaced by --errors: what is to be
 * tried again is what is left of it. */
#ifndef CLI_OUTPUT_PATHS_H
#define CLI_OUTPUT_PATHS_H

#include "base/err.h"

struct options;

/* Errors: USAGE, with both names. */
MUST_CHECK int output_paths_check(const struct options *o, struct err *err);

#endif
