/* SPDX-License-Identifier: MIT */
/* fault_table.h: the names of the faults, what each takes and does.
 * Sandbox, low; a table and nothing else. */
#ifndef SANDBOX_FAULT_TABLE_H
#define SANDBOX_FAULT_TABLE_H

#include <stdint.h>

#include "sandbox/fault.h"

enum fault_argument {
	FAULT_NO_ARGUMENT,
	FAULT_TEXT,
	FAULT_NUMBER,
	FAULT_SYMBOL, /* stands for @symbol= */
};

struct fault_info {
	enum fault fault;
	const char *name;
	enum fault_argument argument;
	int64_t min, max;
	const char *preset; /* the argument when none is given; NULL: needed */
	const char *argname, *help;
};

/* Owns: static, valid always. */
const struct fault_info *fault_table_get(enum fault fault);

/* The fault of calls of that name, or NULL. */
const struct fault_info *fault_table_find(const char *name);

/* The fault of the stream whose name begins spec, and *rest what follows it: the
 * end, '@' or ':'. The longest name counts: "ack:late:5" is ack:late, not ack.
 * NULL: none does. */
const struct fault_info *fault_table_find_stream(const char *spec,
						 const char **rest);

/* Does the text name a fault of the stream? "close" and "cut@nth=2" are faults of
 * a call, "close:1000" is not; what only the stream knows may stand alone. */
bool stream_fault_is_meant(const char *spec);

#endif
