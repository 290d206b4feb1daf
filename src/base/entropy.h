/* SPDX-License-Identifier: MIT */
/* entropy.h: bytes that nobody can guess, from the kernel.
 * Layer base; uses err. */
#ifndef BASE_ENTROPY_H
#define BASE_ENTROPY_H

#include <stddef.h>

#include "base/err.h"

enum { ENTROPY_MAX_BYTES = 256 }; /* at once */

/* Errors: SYSTEM. Thread: any. */
MUST_CHECK int entropy_fill(void *out, size_t len, struct err *err);

#endif
