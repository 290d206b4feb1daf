/* SPDX-License-Identifier: MIT */
#include "model/record.h"

#include "model/event.h"
#include "model/quote.h"

const char *record_kind_name(enum record_kind kind)
{
	static const char *const names[RECORD_KINDS] = {
		[RECORD_QUOTE] = NULL,          [RECORD_TICK] = "tick",
		[RECORD_SNAPSHOT] = "snapshot", [RECORD_POLL] = "poll",
		[RECORD_REFUSED] = "refused",
	};

	require((unsigned)kind < RECORD_KINDS);
	return names[kind];
}

bool record_has_failed(const struct record *r)
{
	return r->outcome ? !r->outcome->has_quote : r->kind == RECORD_REFUSED;
}

enum err_kind record_err_kind(const struct record *r)
{
	return r->outcome ? r->outcome->err.kind : r->refusal->kind;
}

bool record_is_stale(const struct record *r)
{
	return r->outcome && r->outcome->origin == ORIGIN_STALE;
}
