/* failure.h: one sentence about what went wrong, as a plain value.
 * Sandbox, lowest; uses nothing. */
#ifndef SANDBOX_FAILURE_H
#define SANDBOX_FAILURE_H

#if defined(__GNUC__)
#define SANDBOX_PRINTF_LIKE(text, first) \
	__attribute__((format(printf, text, first)))
#define SANDBOX_MUST_CHECK __attribute__((warn_unused_result))
#else
#define SANDBOX_PRINTF_LIKE(text, first)
#define SANDBOX_MUST_CHECK
#endif

struct failure {
	char msg[256];
};

/* Writes the sentence: lower case, no full stop, the failed act first.
 * Returns -1 always, so that a function can end with it. */
int failure_set(struct failure *failure, const char *format, ...)
	SANDBOX_PRINTF_LIKE(2, 3);

#endif
