/* SPDX-License-Identifier: MIT */
/* Any bytes as a command line: each line, or text up to a NUL, is an argument. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARGUMENTS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	char *argv[ARGUMENTS_MAX + 2] = { (char *)"quotefetch" };
	struct options o;
	struct err err;
	int argc = 1;

	require(text);
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *at = text; at < text + size && argc <= ARGUMENTS_MAX;) {
		argv[argc++] = at;
		at += strcspn(at, "\n");
		*at++ = '\0';
	}
	options_init(&o);
	if (options_parse(&o, argc, argv, &err) < 0 || options_check(&o, &err) < 0)
		require(err.kind == ERR_USAGE && memchr(err.msg, '\0', sizeof err.msg));
	else
		require(o.symbol_count + o.file_count < (size_t)argc && !o.app_key &&
			o.try_timeout_sec > 0 && o.workers <= 64 && o.workers != 0);
	options_release(&o);
	free(text);
	return 0;
}
