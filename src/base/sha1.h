/* SPDX-License-Identifier: MIT */
/* sha1.h: SHA-1, for the WebSocket handshake only, which names it.
 * Layer base; uses nothing.
 *
 * SHA-1 is broken as a protection: nothing here may rest on it. The handshake
 * uses it to tell a WebSocket server from a program that repeats what it is
 * sent.
 * Source: RFC 3174. */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include <stddef.h>

enum { SHA1_BYTES = 20 };

void sha1(const void *data, size_t len, unsigned char out[SHA1_BYTES]);

#endif
