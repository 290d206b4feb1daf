#include "sandbox/around.h"

#include "base/clock.h"

#include <stdlib.h>

/* Foreign calls longer ago than this are not made up for: no window is that
 * long. */
static const int64_t MEMORY_NS = 3 * NS_PER_SEC;

int around_init(struct around *around, const struct fault_rule *rule,
		size_t count, int64_t rate, struct err *err)
{
	*around = (struct around){
		.rule = rule,
		.count = count,
		.rate = rate,
		.due_ns = calloc(count + 1, sizeof(*around->due_ns)),
	};
	return around->due_ns ? 0 : err_no_memory(err);
}

void around_release(struct around *around)
{
	free(around->due_ns);
	around->due_ns = NULL;
}

size_t around_max_rate(const struct around *around)
{
	int64_t most = around->rate;

	for (size_t i = 0; i < around->count; i++) {
		if (around->rule[i].fault == FAULT_RATE &&
		    around->rule[i].number > most)
			most = around->rule[i].number;
	}
	return (size_t)most;
}

/* The first rule of the kind that holds. */
static const struct fault_rule *find_rule(const struct around *around,
					  enum fault fault, int64_t now_ns)
{
	for (size_t i = 0; i < around->count; i++) {
		if (around->rule[i].fault == fault &&
		    fault_holds(&around->rule[i], now_ns))
			return &around->rule[i];
	}
	return NULL;
}

bool around_let_pass(struct around *around, struct ratelimit *limit,
		     int64_t now_ns)
{
	const struct fault_rule *rule = find_rule(around, FAULT_RATE, now_ns);

	ratelimit_set(limit, (size_t)(rule ? rule->number : around->rate));
	return ratelimit_let_pass(limit, now_ns);
}

/* When the foreign program of the rule calls next; CLOCK_NEVER: it does not. */
static int64_t next_due(struct around *around, size_t i, int64_t now_ns)
{
	const struct fault_rule *rule = &around->rule[i];
	int64_t begin_ns, end_ns, due_ns = around->due_ns[i];

	if (rule->fault != FAULT_FOREIGN)
		return CLOCK_NEVER;
	fault_get_span(rule, &begin_ns, &end_ns);
	if (due_ns < begin_ns)
		due_ns = begin_ns;
	if (due_ns < now_ns - MEMORY_NS)
		due_ns = now_ns - MEMORY_NS;
	return due_ns < end_ns ? due_ns : CLOCK_NEVER;
}

void around_advance(struct around *around, struct ratelimit *limit,
		    int64_t now_ns)
{
	for (;;) {
		int64_t first_ns = CLOCK_NEVER;
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
		(void)around_let_pass(around, limit, first_ns);
		around->due_ns[first] =
			first_ns + NS_PER_SEC / around->rule[first].number;
	}
}

const struct fault_rule *around_get_outage(const struct around *around,
					   int64_t now_ns)
{
	return find_rule(around, FAULT_DOWN, now_ns);
}

int64_t around_next_change(const struct around *around, int64_t now_ns)
{
	int64_t first_ns = CLOCK_NEVER;

	for (size_t i = 0; i < around->count; i++) {
		int64_t change_ns = CLOCK_NEVER;

		if (around->rule[i].fault == FAULT_DOWN)
			change_ns = fault_next_change(&around->rule[i], now_ns);
		if (change_ns < first_ns)
			first_ns = change_ns;
	}
	return first_ns;
}
