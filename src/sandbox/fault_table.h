/* SPDX-License-Identifier: MIT */
/* fault_table.h: the names of the faults, what each takes and does.
 * Sandbox, low; a table and nothing else. */
#ifndef SANDBOX_FAULT_TABLE_H
#define SANDBOX_FAULT_TABLE_H

#include <stdint.h>

#include "sandbox/fault.h"

enum fault_argument { FAULT_NO_ARGUMENT, FAULT_TEXT, FAULT_NUMBER };

struct fault_info {
	enum fault fault;
	const char *name;
	enum fault_stage stage;
	enum fault_argument argument;
	int64_t min, max;
	const char *preset; /* the argument when none is given; NULL: needed */
	const char *argname, *help;
};

/* Owns: static, valid always. */
const struct fault_info *fault_table_get(enum fault fault);

/* The fault of that name, or NULL. */
const struct fault_info *fault_table_find(const char *name);

#endif
