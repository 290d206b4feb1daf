/* The token cache: what another process, or somebody else, left there. */
#include "share/token_file.h"

#include <stdint.h>
#include <string.h>

#define OWNER "0123456789abcdef0123456789abcdef"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* It goes into a header as it is. */
static void check_token(const char *text)
{
	size_t len = 0;

	for (; text[len]; len++)
		require(strchr("-._~+/=", text[len]) || (text[len] >= '0' && text[len] <= '9') ||
		      ((text[len] | 0x20) >= 'a' && (text[len] | 0x20) <= 'z'));
	require(len < TOKEN_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct token_file before = { .token = { .text = "before", .expires_at_ms = 1 },
				     .asked_at_ms = 2 };
	struct token_file f = before;
	struct err err = { .kind = ERR_KINDS };

	if (token_file_parse((const char *)data, size, OWNER, &f, &err) == 0) {
		check_token(f.token.text);
		require(f.token.expires_at_ms >= 0 && f.asked_at_ms >= 0);
		require(err.kind == ERR_KINDS);
	} else {
		require(memcmp(&f, &before, sizeof f) == 0);
		require(err.kind != ERR_KINDS && memchr(err.msg, '\0', sizeof err.msg));
	}
	return 0;
}
