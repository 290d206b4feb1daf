/* SPDX-License-Identifier: MIT */
/* base64.h: bytes as text.
 * Layer base; uses nothing.
 * Source: RFC 4648, 4. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

/* Room for len bytes as text and a NUL. */
#define BASE64_BYTES(len) (((len) + 2) / 3 * 4 + 1)

/* Writes BASE64_BYTES(len), the NUL included. */
void base64_encode(const void *data, size_t len, char *out);

#endif
