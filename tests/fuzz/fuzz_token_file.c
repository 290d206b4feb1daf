/* SPDX-License-Identifier: MIT */
/* The token cache: what another process, or somebody else, left there. */
#include "share/token_file.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "share/token_state.h"

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

/* Whatever the numbers are, whose turn it is can be told, and what is written is
 * read again. */
static void check_state(const struct token_state *s, const struct token_place *here)
{
	static const struct token_rules rules = { .interval_ms = 60000, .call_max_ms = 10000 };
	struct token_state again;
	int64_t until_ms = 0;
	struct buf text;
	struct err err;

	if (token_state_turn(s, &rules, "", 5000, &until_ms) != TOKEN_THERE)
		require(until_ms <= 5000 + 3600 * 1000 + 60000);
	buf_init(&text, 8192);
	token_file_format(s, OWNER, here, &text);
	require(buf_check(&text, ERR_SYSTEM, &err) == 0);
	require(token_file_parse(buf_text(&text), text.len, OWNER, here, &again, &err) == 0);
	require(strcmp(again.text, s->text) == 0 && again.result == s->result);
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct token_place here = { .boot = 1, .processes = 2, .began_ms = 1795000000000 };
	const struct token_state before = { .text = "before", .expires_ms = 1, .asked_ms = 2 };
	struct token_state s = before;
	struct err err = { .kind = ERR_KINDS };

	if (token_file_parse((const char *)data, size, OWNER, &here, &s, &err) == 0) {
		check_token(s.text);
		check_state(&s, &here);
		require(err.kind == ERR_KINDS);
	} else {
		require(memcmp(&s, &before, sizeof s) == 0);
		require(err.kind != ERR_KINDS && memchr(err.msg, '\0', sizeof err.msg));
	}
	return 0;
}
