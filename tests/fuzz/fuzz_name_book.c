/* SPDX-License-Identifier: MIT */
/* The file of names: whatever it is, what was taken has a symbol and a name, and
 * a file that is none leaves the book as it was. */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "share/name_book.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct name_book *b = name_book_new(NULL);
	int64_t made_at_ms = -1;
	int rc;

	require(b);
	rc = name_book_parse(b, (const char *)data, size, &made_at_ms, NULL);
	require(rc == 0 || rc == 1);
	require(rc == 1 || name_book_count(b) == 0);
	require(rc == 0 || made_at_ms >= 0);
	for (size_t i = 0; i < name_book_count(b); i++) {
		const struct name_entry e = name_book_at(b, i);

		require(e.symbol.code[0] && e.symbol.market != MARKET_NONE);
		require(e.name[0] || memchr(data, '\0', size));
		require(name_book_match(b, i, e.symbol.code) == NAME_IS);
	}
	name_book_free(b);
	return 0;
}
