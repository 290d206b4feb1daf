/* SPDX-License-Identifier: MIT */
/* mask.h: secrets in the texts of others, made unreadable.
 * Layer base; uses buf. */
#ifndef BASE_MASK_H
#define BASE_MASK_H

struct buf;

enum { MASK_LEAST_BYTES = 16 }; /* what is shorter stands there by chance */

/* Writes '*' over each occurrence of the secret: as it is, or with characters
 * other than letters and digits escaped for JSON (\/, \u003d) or a URL (%3D).
 * Nothing is done for a secret shorter than MASK_LEAST_BYTES. */
void mask_secret(struct buf *text, const char *secret);

#endif
