#include "model/quote.h"

#include <stdlib.h>

#include "base/clock.h"

struct request *request_new(void)
{
	return calloc(1, sizeof(struct request));
}

void request_free(struct request *r)
{
	free(r);
}

struct result *result_new(struct request *r)
{
	struct result *result =
		calloc(1, sizeof *result + r->count * sizeof *result->outcome);

	if (!result)
		return NULL;
	arena_init(&result->texts);
	result->request = r;
	return result;
}

void result_free(struct result *r)
{
	if (!r)
		return;
	request_free(r->request);
	arena_release(&r->texts);
	free(r);
}

void result_fail(struct result *r, size_t first, size_t count,
		 const struct err *err)
{
	int64_t now_ms = clock_real_ms();
	size_t i;

	require(first + count <= r->request->count);
	for (i = first; i < first + count; i++) {
		struct outcome *o = &r->outcome[i];

		*o = (struct outcome){ .err = *err,
				       .attempts = o->attempts,
				       .latency_ms = o->latency_ms,
				       .fetched_at_ms = now_ms };
	}
}
