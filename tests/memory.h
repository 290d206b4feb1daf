/* SPDX-License-Identifier: MIT */
/* memory.h: an allocator that refuses when it is told to: the k-th request
 * from now on, alone or with all after it. It also counts what is not yet
 * freed. For one file of a program, which names on a line of its own what is
 * replaced when it is linked:
 *
 *   wrap: malloc calloc realloc strdup strndup free
 *
 * Only what is linked statically is asked for: the tests and what they test.
 * MEMORY_IS_ELSEWHERE, defined before, leaves the replacements to the test:
 * then it asks memory_grants in allocators of its own. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

static struct {
	atomic_long fail_at;        /* which request; 0: none */
	atomic_bool fails_for_good; /* and all after it */
	atomic_long asked;          /* since then */
	atomic_long live;           /* blocks not yet freed */
} memory;

/* The k-th request from now on is refused, and perhaps all after it. */
static inline void memory_fail(long k, bool fails_for_good)
{
	memory.asked = 0;
	memory.fails_for_good = fails_for_good;
	memory.fail_at = k;
}

/* None is granted. */
static inline void memory_is_gone(void)
{
	memory_fail(1, true);
}

/* All are granted. memory.asked stands as it is. */
static inline void memory_is_back(void)
{
	memory.fail_at = 0;
}

/* Counts a request, of whatever kind, and says whether it is granted. */
static inline bool memory_grants(void)
{
	long n = ++memory.asked, fail_at = memory.fail_at;

	if (fail_at == 0 || n < fail_at)
		return true;
	return n > fail_at && !memory.fails_for_good;
}

static inline bool memory_has_refused(void)
{
	return memory.fail_at > 0 && memory.asked >= memory.fail_at;
}

static inline void *memory_count(void *block)
{
	memory.live += block != NULL;
	return block;
}

#ifndef MEMORY_IS_ELSEWHERE
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return memory_grants() ? memory_count(__real_malloc(size)) : NULL;
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	return memory_grants() ? memory_count(__real_calloc(n, size)) : NULL;
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
	void *grown = memory_grants() ? __real_realloc(old, size) : NULL;

	return old ? grown : memory_count(grown);
}

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
	return memory_grants() ? memory_count(__real_strdup(text)) : NULL;
}

char *__real_strndup(const char *text, size_t len);
char *__wrap_strndup(const char *text, size_t len)
{
	return memory_grants() ? memory_count(__real_strndup(text, len)) : NULL;
}

void __real_free(void *block);
void __wrap_free(void *block)
{
	memory.live -= block != NULL;
	__real_free(block);
}
#endif

#endif
