/* SPDX-License-Identifier: MIT */
/* stream_fault_table.h: the names of the stream's faults, what each takes and
 * does.
 * Sandbox, low; a table and nothing else. */
#ifndef SANDBOX_STREAM_FAULT_TABLE_H
#define SANDBOX_STREAM_FAULT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "sandbox/stream_fault.h"

enum stream_argument {
	STREAM_NO_ARGUMENT,
	STREAM_NUMBER,
	STREAM_WORDS,
	STREAM_SYMBOL, /* stands for @symbol= */
};

struct stream_fault_info {
	enum stream_fault fault;
	const char *name;
	enum stream_stage stage;
	enum stream_argument argument;
	int64_t min, max;
	const char *preset; /* the argument when none is given; NULL: needed */
	const char *argname, *help;
};

/* Owns: static, valid always. */
const struct stream_fault_info *stream_fault_table_get(enum stream_fault fault);

/* The fault whose name begins spec, and *rest what follows it: the end, '@' or
 * ':'. The longest name counts: "ack:late:5" is ack:late, not ack. NULL: none
 * does. */
const struct stream_fault_info *stream_fault_table_find(const char *spec,
							const char **rest);

#endif
