/* SPDX-License-Identifier: MIT */
/* rfc_case.h: bytes that a peer of RFC 6455 must take, or must refuse.
 * Sandbox, low; uses base. Pure.
 * Source: RFC 6455, sections 5.2 (frames), 5.4 (fragments), 5.5 (control
 * frames), 7.4 (close codes), 8.1 (UTF-8). */
#ifndef SANDBOX_RFC_CASE_H
#define SANDBOX_RFC_CASE_H

#include <stdio.h>

#include "base/buf.h"

struct rfc_case {
	const char *name, *bytes;
	size_t len;  /* of bytes */
	size_t fill; /* so many letters 'x' after them */
	int due;     /* the close code that the client owes; 0: it goes on */
};

/* Owns: static. NULL: no such case. */
const struct rfc_case *rfc_case_find(const char *name);

void rfc_case_add(const struct rfc_case *one, struct buf *out);

/* Prints the names with what is due. */
void rfc_case_list(FILE *out);

#endif
