/* SPDX-License-Identifier: MIT */
/* call.h: one request, from its headers to its answer.
 * Sandbox; uses broker, wire_fault, log and libmicrohttpd.
 * Thread: the connection's own. It may wait. */
#ifndef SANDBOX_CALL_H
#define SANDBOX_CALL_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/broker.h"

struct acceptor;
struct call;

/* Where calls take place; outlives them. */
struct call_place {
	struct broker *broker;
	struct acceptor *acceptor;
	int stop_fd; /* readable when the server stops */
	int log_fd;  /* -1: no log */
	bool has_tls;
	bool is_verbose;
};

/* The headers are in: travels, arrives, is counted.
 * Owns: path and method are borrowed until call_end.
 * Errors: NULL if there is no memory, or the server stops. */
struct call *call_begin(const struct call_place *place,
			struct MHD_Connection *mhd, const char *path,
			const char *method);

/* Keeps a piece of the body; what is beyond any sane size is dropped. */
void call_take_body(struct call *call, const char *bytes, size_t len);

/* The body is in: answers. MHD_NO: the connection is to be closed. */
enum MHD_Result call_finish(struct call *call, struct MHD_Connection *mhd);

/* The request has ended, in whatever way: frees. NULL is fine. */
void call_end(struct call *call);

#endif
