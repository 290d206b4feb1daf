/* SPDX-License-Identifier: MIT */
/* Answers of the token call: whatever they are, a token is fit for a header,
 * and a failure leaves none. */
#define SOURCE "kis"
#include "provider_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_no_token(const struct provider_token *token, const struct err *err)
{
	switch ((int)err->kind) {
	case ERR_AUTH:
	case ERR_FORBIDDEN:
	case ERR_RATE_LIMIT:
	case ERR_SERVER:
	case ERR_HTTP:
	case ERR_PARSE:
	case ERR_TRUNCATED:
		break;
	default:
		require(!"a kind that the contract names");
	}
	require(err->msg[0] && memchr(err->msg, '\0', sizeof err->msg));
	require(err->retry_after_ms == 0 || err->kind == ERR_AUTH);
	require(strcmp(token->text, "untouched") == 0 && token->life_ms == 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 403, 500 };
	const struct provider *kis = provider_find("kis");

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		struct provider_token token = { "untouched", 7 };
		struct http_response response;
		struct err err;
		int rc;

		http_response_init(&response);
		response.status = statuses[i];
		buf_append(&response.body, (const char *)data, size);
		rc = kis->parse_token(&response, 0, &token, &err);
		http_response_release(&response);
		if (rc < 0) {
			check_no_token(&token, &err);
			continue;
		}
		require(statuses[i] == 200);
		require(memchr(token.text, '\0', sizeof token.text) && token.text[0]);
		for (const char *p = token.text; *p; p++)
			require(*p > ' ' && *p < 0x7f && !strchr("\"\\,;:", *p));
	}
	return 0;
}
