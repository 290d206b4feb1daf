/* SPDX-License-Identifier: MIT */
/* Any bytes as a symbol list: read once as it is, once with --skip-invalid, and
 * every entry must be whole and allowed. */
#define _DEFAULT_SOURCE /* mkstemp */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/options.h"
#include "cli/symbol_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entry(const struct symbol_list *list, uint32_t i)
{
	static const char allowed[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ./-";
	const struct symbol_list_invalid *invalid = symbol_list_invalid_at(list, i);
	const struct symbol *s = symbol_list_at(list, i);
	uint32_t next = symbol_list_next_same(list, i);
	size_t len = strnlen(s->code, sizeof s->code);
	const char *input = symbol_list_input(list, i);

	require(input && !strchr(input, '\n'));
	if (invalid) {
		require(invalid->index == i && len == 0 && invalid->reason[0] != '\0');
		require(!symbol_list_is_first(list, i) && next == SYMBOL_LIST_NONE);
		return;
	}
	require(len > 0 && len < sizeof s->code && strspn(s->code, allowed) == len);
	require(s->market > MARKET_NONE && s->market < MARKET_COUNT);
	require(s->exchange == MARKET_NONE);
	if (next != SYMBOL_LIST_NONE)
		require(next > i && !symbol_list_is_first(list, next) &&
			memcmp(s, symbol_list_at(list, next), sizeof *s) == 0);
}

/* What was typed, read again, is the same symbol. */
static void check_input(const struct symbol_list *list, uint32_t i)
{
	struct symbol_list *again;
	struct options o;
	char *input = strdup(symbol_list_input(list, i));
	struct err err;

	if (symbol_list_invalid_at(list, i)) {
		free(input);
		return;
	}
	options_init(&o);
	again = symbol_list_new(&err);
	require(input && again);
	require(options_append(&o.symbol, &o.symbol_count, input, &err) == 0);
	require(symbol_list_read(again, NULL, &o, NULL, CLOCK_NEVER, &err) == 0);
	require(symbol_list_count(again) == 1 &&
		memcmp(symbol_list_at(again, 0), symbol_list_at(list, i),
		       sizeof(struct symbol)) == 0);
	symbol_list_free(again);
	options_release(&o);
	free(input);
}

static void read_file(char *path, bool skips_invalid)
{
	struct options o;
	struct symbol_list *list;
	struct err err;

	options_init(&o);
	o.skips_invalid = skips_invalid;
	require(options_append(&o.file, &o.file_count, path, &err) == 0);
	list = symbol_list_new(&err);
	require(list);
	if (symbol_list_read(list, NULL, &o, NULL, CLOCK_NEVER, &err) == 0) {
		size_t count = symbol_list_count(list);

		for (uint32_t i = 0; i < count; i++)
			check_entry(list, i);
		for (uint32_t i = 0; i < count && i < 50; i++)
			check_input(list, i);
	} else {
		require(err.kind == ERR_USAGE || (err.kind == ERR_INPUT && !skips_invalid));
		require(memchr(err.msg, '\0', sizeof err.msg));
	}
	symbol_list_free(list);
	options_release(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/quotefetch-fuzz-XXXXXX";
	int fd = mkstemp(path);

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
	read_file(path, false);
	read_file(path, true);
	unlink(path);
	return 0;
}
