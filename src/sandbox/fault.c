/* SPDX-License-Identifier: MIT */
#include "sandbox/fault.h"

#include "base/clock.h"
#include "sandbox/fault_table.h"

#include <string.h>

const char *fault_name(enum fault fault)
{
	return fault_table_get(fault)->name;
}

bool fault_needs_answer(enum fault fault)
{
	return fault != FAULT_HANG && fault != FAULT_RESET &&
	       fault != FAULT_CLOSE && fault != FAULT_RESEND &&
	       fault != FAULT_DOWN;
}

static bool fits_path(const struct fault_rule *rule,
		      const struct request *request)
{
	switch (rule->path) {
	case FAULT_PATH_ANY:
		return true;
	case FAULT_PATH_QUOTE:
		return endpoint_is_quote(request->endpoint);
	case FAULT_PATH_ENDPOINT:
		return request->endpoint == rule->endpoint;
	}
	return false;
}

static bool fits_symbol(const char *symbol, const struct request *request)
{
	if (!*symbol || request->asks_for_all)
		return true;
	for (size_t i = 0; i < request->symbol_count; i++) {
		if (strcmp(request->symbol[i], symbol) == 0)
			return true;
	}
	return false;
}

static bool fits_exchange(const char *exchange, const struct request *request)
{
	return !*exchange ||
	       (request->exchange && strcmp(request->exchange, exchange) == 0);
}

static bool fits(const struct fault_rule *rule, const struct request *request,
		 bool has_history, int64_t now_ns)
{
	if (rule->fault == FAULT_RESEND && !has_history)
		return false;
	if (rule->source != SOURCES && rule->source != request->source)
		return false;
	return fits_path(rule, request) && fits_symbol(rule->symbol, request) &&
	       fits_exchange(rule->exchange, request) &&
	       now_ns >= rule->from_ns && now_ns < rule->until_ns;
}

bool fault_is_chosen(const struct fault_rule *rule)
{
	return rule->nth_first > 0 || rule->every > 0 || rule->times > 0 ||
	       rule->p >= 0;
}

/* Does nth, every, times and p choose the call counted last? */
static bool chooses(const struct fault_rule *rule, uint64_t random)
{
	if (rule->nth_first > 0 &&
	    (rule->seen < rule->nth_first || rule->seen > rule->nth_last))
		return false;
	if (rule->every > 0 && rule->seen % rule->every != 0)
		return false;
	if (rule->times > 0 && rule->fired >= rule->times)
		return false;
	return rule->p < 0 || (double)(random >> 11) * 0x1p-53 < rule->p;
}

bool fault_fires(struct fault_rule *rule, const struct request *request,
		 bool has_history, uint64_t random, int64_t now_ns)
{
	if (!fits(rule, request, has_history, now_ns))
		return false;
	rule->seen++;
	if (now_ns < rule->lasts_until_ns)
		return true;
	if (!chooses(rule, random))
		return false;
	rule->fired++;
	rule->fired_ns = now_ns;
	if (rule->for_ns > 0)
		rule->lasts_until_ns = now_ns + rule->for_ns;
	else if (fault_is_lasting(rule->fault))
		rule->lasts_until_ns = CLOCK_NEVER;
	return true;
}

static bool fits_event(const struct fault_rule *rule,
		       const struct stream_event *event)
{
	if (rule->session_first > 0 && (event->session < rule->session_first ||
					event->session > rule->session_last))
		return false;
	return !rule->symbol[0] ||
	       (event->tr_key && strcmp(event->tr_key, rule->symbol) == 0) ||
	       (event->code && strcmp(event->code, rule->symbol) == 0);
}

bool stream_fault_fires(struct fault_rule *rule,
			const struct stream_event *event)
{
	if (!fits_event(rule, event))
		return false;
	rule->seen++;
	if (!chooses(rule, event->random))
		return false;
	rule->fired++;
	return true;
}

bool fault_is_lasting(enum fault fault)
{
	return fault == FAULT_DOWN || fault_stage(fault) == FAULT_AROUND;
}

void fault_get_span(const struct fault_rule *rule, int64_t *begin_ns,
		    int64_t *end_ns)
{
	*begin_ns = rule->from_ns;
	*end_ns = rule->until_ns;
	if (!fault_is_chosen(rule))
		return;
	*begin_ns = rule->fired_ns;
	*end_ns = earlier(*end_ns, rule->lasts_until_ns);
}

bool fault_holds(const struct fault_rule *rule, int64_t now_ns)
{
	int64_t begin_ns, end_ns;

	fault_get_span(rule, &begin_ns, &end_ns);
	return now_ns >= begin_ns && now_ns < end_ns;
}

int64_t fault_next_change(const struct fault_rule *rule, int64_t now_ns)
{
	int64_t begin_ns, end_ns;

	fault_get_span(rule, &begin_ns, &end_ns);
	if (now_ns < begin_ns)
		return begin_ns;
	return now_ns < end_ns ? end_ns : CLOCK_NEVER;
}

const struct fault_rule *fault_in_row(const struct fault_rows *rows,
				      enum fault fault, const char *symbol)
{
	for (size_t i = 0; rows && i < rows->count; i++) {
		const struct fault_rule *rule = rows->rule[i];

		if (rule->fault == fault &&
		    (!rule->symbol[0] || strcmp(rule->symbol, symbol) == 0))
			return rule;
	}
	return NULL;
}
