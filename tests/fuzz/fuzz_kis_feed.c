/* SPDX-License-Identifier: MIT */
/* What the broker says on the line, and answers to the approval call: texts that
 * are fit for a terminal, and a key that is fit for JSON. */
#include <string.h>

#include "base/utf8.h"
#include "net/http.h"
#include "provider/feed.h"
#include "provider/provider.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t bytes)
{
	size_t len = strlen(text);

	require(len < bytes);
	for (size_t i = 0, n; i < len; i += n) {
		uint32_t cp;

		n = utf8_decode(text + i, len - i, &cp);
		require(n > 0 && utf8_is_printable(cp));
	}
}

static void check_message(const struct feed *feed, const char *text, size_t len)
{
	struct feed_message m;

	feed->read_message(text, len, &m);
	require(m.kind == FEED_OTHER || len > 0);
	require(m.kind != FEED_DATA || text[0] == '0' || text[0] == '1');
	require((m.kind != FEED_KEEP_ALIVE && m.kind != FEED_ANSWER) || text[0] == '{');
	if (m.kind != FEED_ANSWER)
		return;
	require(m.rt_cd[0] || m.msg_cd[0]);
	check_text(m.address.channel, sizeof m.address.channel);
	check_text(m.address.key, sizeof m.address.key);
	check_text(m.rt_cd, sizeof m.rt_cd);
	check_text(m.msg_cd, sizeof m.msg_cd);
	check_text(m.msg1, sizeof m.msg1);
}

static void check_approval(const struct feed *feed, const char *text, size_t len)
{
	struct provider_token token = { "untouched", 7 };
	struct http_response response;
	struct err err;
	int rc;

	http_response_init(&response);
	response.status = 200;
	buf_append(&response.body, text, len);
	rc = feed->parse_approval(&response, 0, &token, &err);
	http_response_release(&response);
	if (rc < 0) {
		require(strcmp(token.text, "untouched") == 0 && token.life_ms == 7);
		return;
	}
	require(token.text[0] && memchr(token.text, '\0', sizeof token.text));
	require(strspn(token.text, TOKEN_CHARACTERS) == strlen(token.text));
	require(token.life_ms > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct feed *feed = provider_find("kis")->feed;

	check_message(feed, (const char *)data, size);
	check_approval(feed, (const char *)data, size);
	return 0;
}
