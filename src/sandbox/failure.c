#include "sandbox/failure.h"

#include <stdarg.h>
#include <stdio.h>

int failure_set(struct failure *failure, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(failure->msg, sizeof(failure->msg), format, args);
	va_end(args);
	return -1;
}
