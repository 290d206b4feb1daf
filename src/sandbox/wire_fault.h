/* SPDX-License-Identifier: MIT */
/* wire_fault.h: the faults in how an answer travels, or does not.
 * Sandbox; uses answer, wire. Runs in the connection's thread. */
#ifndef SANDBOX_WIRE_FAULT_H
#define SANDBOX_WIRE_FAULT_H

#include <stdbool.h>

#include "sandbox/answer.h"
#include "sandbox/wire.h"

/* Does the client get no byte at all, for as long as it stays? */
bool wire_fault_is_silent(enum fault fault);

/* Does the client see the connection end before the first byte? */
bool wire_fault_is_abrupt(enum fault fault);

/* Plays the fault. True: the library is to send the answer now; false: the
 * connection is spent.
 * Blocks: as long as the fault takes, until the client leaves or the server
 * stops. */
bool wire_fault_play(const struct fault_rule *rule, const struct answer *answer,
		     const struct wire *wire);

#endif
