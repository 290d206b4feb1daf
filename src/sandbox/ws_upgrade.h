/* SPDX-License-Identifier: MIT */
/* ws_upgrade.h: the server's side of a WebSocket's handshake.
 * Sandbox, low; uses fault, base. Pure.
 * Source: RFC 6455, 4.2. */
#ifndef SANDBOX_WS_UPGRADE_H
#define SANDBOX_WS_UPGRADE_H

#include <stdbool.h>

#include "base/buf.h"
#include "sandbox/fault.h"

/* What the client sent; texts are borrowed, NULL where a header is missing. */
struct ws_upgrade {
	const char *method, *path, *http_version;
	const char *host, *upgrade, *connection, *key, *version;
	const char *extensions, *protocol, *origin;
};

/* The status of the answer: 101, or the refusal. *why says what is wrong. */
int ws_upgrade_judge(const struct ws_upgrade *request, const char **why);

/* Appends the answer 101 as the fault has it; rule NULL: the right one. */
void ws_upgrade_add_answer(struct buf *out, const struct ws_upgrade *request,
			   const struct fault_rule *rule);

/* Appends an answer that is no upgrade. */
void ws_upgrade_add_status(struct buf *out, int status);

#endif
