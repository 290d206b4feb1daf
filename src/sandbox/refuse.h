/* SPDX-License-Identifier: MIT */
/* refuse.h: answers that are not the right one: the sources' ways of saying no,
 * each in its own form, and the faults of substitute.c.
 * Sandbox; uses answer, arrival, pack and the sources. Pure. */
#ifndef SANDBOX_REFUSE_H
#define SANDBOX_REFUSE_H

#include "sandbox/answer.h"
#include "sandbox/arrival.h"
#include "sandbox/request.h"

/* There were too many calls, or the source does not listen for a while. */
void refuse_rate(struct answer *answer, const struct request *request,
		 const struct arrival *arrival);

/* There is no such path, or method. */
void refuse_path(struct answer *answer, const struct request *request);

/* The login is no good; msg_cd is what the broker would say. */
void refuse_login(struct answer *answer, const struct request *request,
		  const char *msg_cd);

/* That code, or word; the status that goes with it. */
void refuse_with(struct answer *answer, const struct request *request,
		 const char *code);

/* Writes what the arrival's fault wants in the place of the right answer. */
void substitute_write(struct answer *answer, const struct request *request,
		      const struct arrival *arrival);

#endif
