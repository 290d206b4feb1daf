/* SPDX-License-Identifier: MIT */
#include "sandbox/around.h"

#include "base/clock.h"

#include <stdlib.h>

/* Foreign calls longer ago than this are not made up for. */
static const int64_t MEMORY_NS = 120 * NS_PER_SEC;

/* Whether the rule is about that source; what is about an account is about
 * the broker's, where it does not say. */
static bool is_about(const struct fault_rule *rule, enum source source)
{
	if (rule->source != SOURCES)
		return rule->source == source;
	return rule->fault == FAULT_DOWN || source == SOURCE_KIS;
}

/* The most calls that a source will ever allow; 0: never a limit. */
static size_t most_calls(const struct around *around, enum source source)
{
	size_t most = around->calls[source];

	for (size_t i = 0; i < around->count; i++) {
		const struct fault_rule *rule = &around->rule[i];

		if (rule->fault == FAULT_RATE && is_about(rule, source) &&
		    (size_t)rule->number > most)
			most = (size_t)rule->number;
	}
	return most;
}

int around_init(struct around *around, const struct fault_rule *rule,
		size_t count, const struct ratelimit_setup setup[SOURCES],
		struct err *err)
{
	*around = (struct around){
		.rule = rule,
		.count = count,
		.due_ns = calloc(count + 1, sizeof(*around->due_ns)),
	};
	if (!around->due_ns)
		return err_no_memory(err);
	for (int i = 0; i < SOURCES; i++) {
		struct ratelimit_setup one = setup[i];

		around->calls[i] = one.calls_max;
		one.calls_max = most_calls(around, (enum source)i);
		if (ratelimit_init(&around->limit[i], &one, err))
			return -1;
	}
	return 0;
}

void around_release(struct around *around)
{
	for (int i = 0; i < SOURCES; i++)
		ratelimit_release(&around->limit[i]);
	free(around->due_ns);
	around->due_ns = NULL;
}

/* The first rule of the kind that holds. */
static const struct fault_rule *find_rule(const struct around *around,
					  enum fault fault, enum source source,
					  int64_t now_ns)
{
	for (size_t i = 0; i < around->count; i++) {
		const struct fault_rule *rule = &around->rule[i];

		if (rule->fault == fault && is_about(rule, source) &&
		    fault_holds(rule, now_ns))
			return rule;
	}
	return NULL;
}

bool around_let_pass(struct around *around, enum source source, int64_t now_ns)
{
	const struct fault_rule *rule =
		find_rule(around, FAULT_RATE, source, now_ns);

	ratelimit_set(&around->limit[source],
		      rule ? (size_t)rule->number : around->calls[source]);
	return ratelimit_let_pass(&around->limit[source], now_ns);
}

/* When the foreign program of the rule calls next; CLOCK_NEVER: it does not. */
static int64_t next_due(const struct around *around, size_t i, int64_t now_ns)
{
	const struct fault_rule *rule = &around->rule[i];
	int64_t begin_ns, end_ns, due_ns = around->due_ns[i];

	if (rule->fault != FAULT_FOREIGN)
		return CLOCK_NEVER;
	fault_get_span(rule, &begin_ns, &end_ns);
	due_ns = later(due_ns, begin_ns);
	if (due_ns < now_ns - MEMORY_NS)
		due_ns = now_ns - MEMORY_NS;
	return due_ns < end_ns ? due_ns : CLOCK_NEVER;
}

void around_advance(struct around *around, int64_t now_ns)
{
	for (;;) {
		int64_t first_ns = CLOCK_NEVER;
		const struct fault_rule *rule;
		size_t first = 0;

		for (size_t i = 0; i < around->count; i++) {
			int64_t due_ns = next_due(around, i, now_ns);

			if (due_ns < first_ns) {
				first_ns = due_ns;
				first = i;
			}
		}
		if (first_ns > now_ns)
			return;
		rule = &around->rule[first];
		(void)around_let_pass(around,
				      rule->source == SOURCES ? SOURCE_KIS
							      : rule->source,
				      first_ns);
		around->due_ns[first] = first_ns + NS_PER_SEC / rule->number;
	}
}

const struct fault_rule *around_get_outage(const struct around *around,
					   enum source source, int64_t now_ns)
{
	return find_rule(around, FAULT_DOWN, source, now_ns);
}

int64_t around_next_change(const struct around *around, int64_t now_ns)
{
	int64_t first_ns = CLOCK_NEVER;

	for (size_t i = 0; i < around->count; i++) {
		int64_t change_ns = CLOCK_NEVER;

		if (around->rule[i].fault == FAULT_DOWN)
			change_ns = fault_next_change(&around->rule[i], now_ns);
		first_ns = earlier(first_ns, change_ns);
	}
	return first_ns;
}
