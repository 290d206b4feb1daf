/* SPDX-License-Identifier: MIT */
/* substitute.h: the faults that put another answer in the place of the right
 * one. Sandbox; uses answer, arrival, refuse, spoil. Pure. */
#ifndef SANDBOX_SUBSTITUTE_H
#define SANDBOX_SUBSTITUTE_H

#include "sandbox/answer.h"
#include "sandbox/arrival.h"
#include "sandbox/request.h"

/* Writes what the arrival's fault wants. */
void substitute_write(struct answer *answer, const struct request *request,
		      const struct arrival *arrival);

#endif
