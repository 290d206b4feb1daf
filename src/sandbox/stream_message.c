/* SPDX-License-Identifier: MIT */
#include "sandbox/stream_message.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/dates.h"
#include "sandbox/json_text.h"

struct code {
	const char *msg_cd, *rt_cd, *msg1;
};

static const struct code codes[] = {
	{ "OPSP0000", "0", "SUBSCRIBE SUCCESS" },
	{ "OPSP0001", "0", "UNSUBSCRIBE SUCCESS" },
	{ "OPSP0002", "1", "ALREADY IN SUBSCRIBE" },
	{ "OPSP0003", "1", "UNSUBSCRIBE ERROR(not found!)" },
	{ "OPSP0007", "1", "SUBSCRIBE INTERNAL ERROR" },
	{ "OPSP0008", "1", "MAX SUBSCRIBE OVER" },
	{ "OPSP0009", "1", "SUBSCRIBE ERROR : mci send failed" },
	{ "OPSP0010", "1", "SUBSCRIBE WARNING : invalid appkey" },
	{ "OPSP0011", "1", "invalid approval : NOT FOUND" },
	{ "OPSP8991", "1", "SUBSCRIBE ERROR : invalid tr_id" },
	{ "OPSP8992", "1", "SUBSCRIBE ERROR : invalid tr_key" },
	{ "OPSP8993", "9", "JSON PARSING ERROR : invalid tr_key" },
	{ "OPSP8994", "9", "JSON PARSING ERROR : personalseckey not found" },
	{ "OPSP8995", "9", "JSON PARSING ERROR : appsecret not found" },
	{ "OPSP8996", "9", "ALREADY IN USE appkey" },
	{ "OPSP8997", "9", "JSON PARSING ERROR : invalid tr_type" },
	{ "OPSP8998", "9", "JSON PARSING ERROR : invalid custtype" },
	{ "OPSP8999", "9", "resource not available (ALLOC_CALL_PARAM)" },
	{ "OPSP9990", "9", "JSON PARSING ERROR : tr_key not found" },
	{ "OPSP9991", "9", "JSON PARSING ERROR : input not found" },
	{ "OPSP9992", "9", "JSON PARSING ERROR : body not found" },
	{ "OPSP9993", "9", "JSON PARSING ERROR : internal error" },
	{ "OPSP9994", "9", "JSON PARSING ERROR : INVALID appkey" },
	{ "OPSP9995", "9", "JSON PARSING ERROR : resource not available" },
	{ "OPSP9996", "9", "JSON PARSING ERROR : appkey" },
	{ "OPSP9997", "9", "JSON PARSING ERROR : custtype not found" },
	{ "OPSP9998", "9", "JSON PARSING ERROR : header not found" },
	{ "OPSP9999", "9", "JSON PARSING ERROR : invalid json format" },
};

static const struct code *find_code(const char *msg_cd)
{
	static const struct code other = { "", "1", "ERROR" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if (strcmp(codes[i].msg_cd, msg_cd) == 0)
			return &codes[i];
	}
	return &other;
}

static const char *text_of(const cJSON *object, const char *name)
{
	const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsString(member) ? member->valuestring : NULL;
}

/* False: the text is missing, or longer than any real one. */
static bool take(char *out, size_t size, const char *text)
{
	if (!text || strlen(text) >= size)
		return false;
	memcpy(out, text, strlen(text) + 1);
	return true;
}

/* NULL: all is there. */
static const char *read_wish(const cJSON *json, struct stream_wish *wish)
{
	const cJSON *header = cJSON_GetObjectItemCaseSensitive(json, "header");
	const cJSON *body = cJSON_GetObjectItemCaseSensitive(json, "body");
	const cJSON *input = cJSON_GetObjectItemCaseSensitive(body, "input");
	const char *tr_id = text_of(header, "tr_id");
	const char *tr_type = text_of(header, "tr_type");
	const char *custtype = text_of(header, "custtype");

	if (!cJSON_IsObject(json))
		return "OPSP9999";
	if (!cJSON_IsObject(header))
		return "OPSP9998";
	if (tr_id && strcmp(tr_id, "PINGPONG") == 0) {
		wish->kind = STREAM_HEARTBEAT;
		return NULL;
	}
	if (!custtype)
		return "OPSP9997";
	if (strcmp(custtype, "P") != 0 && strcmp(custtype, "B") != 0)
		return "OPSP8998";
	if (!tr_type ||
	    (strcmp(tr_type, "1") != 0 && strcmp(tr_type, "2") != 0))
		return "OPSP8997";
	if (!take(wish->approval, sizeof(wish->approval),
		  text_of(header, "approval_key")))
		return "OPSP9996";
	if (!cJSON_IsObject(body))
		return "OPSP9992";
	if (!cJSON_IsObject(input))
		return "OPSP9991";
	if (!text_of(input, "tr_key"))
		return "OPSP9990";
	if (!take(wish->tr_id, sizeof(wish->tr_id), text_of(input, "tr_id")))
		return "OPSP8991";
	if (!take(wish->tr_key, sizeof(wish->tr_key),
		  text_of(input, "tr_key")) ||
	    !wish->tr_key[0])
		return "OPSP8993";
	wish->kind = tr_type[0] == '1' ? STREAM_REGISTER : STREAM_UNREGISTER;
	return NULL;
}

void stream_message_read(const char *text, size_t len, struct stream_wish *wish)
{
	cJSON *json = cJSON_ParseWithLength(text, len);

	*wish = (struct stream_wish){ .kind = STREAM_UNFIT };
	wish->code = read_wish(json, wish);
	cJSON_Delete(json);
}

static void add_random(struct buf *out, const char *letters, int letter_count,
		       int count, uint64_t *random)
{
	for (int i = 0; i < count; i++) {
		*random = *random * 6364136223846793005u + 1442695040888963407u;
		buf_putc(out,
			 letters[(*random >> 33) % (uint64_t)letter_count]);
	}
}

void stream_message_add_ack(struct buf *out, const char *code,
			    const char *tr_id, const char *tr_key,
			    const char *msg1, uint64_t random)
{
	const struct code *row = find_code(code);
	bool is_nobodys = row->rt_cd[0] == '9';

	buf_puts(out, "{\"header\":{");
	json_add_field(out, "tr_id", is_nobodys ? "(null)" : tr_id);
	json_add_field(out, "tr_key", is_nobodys ? "" : tr_key);
	json_add_field(out, "encrypt", "N");
	buf_puts(out, "},\"body\":{");
	json_add_field(out, "rt_cd", row->rt_cd);
	json_add_field(out, "msg_cd", code);
	json_add_field(out, "msg1", msg1 ? msg1 : row->msg1);
	if (row->rt_cd[0] == '0') {
		buf_puts(out, ",\"output\":{\"iv\":\"");
		add_random(out, "0123456789abcdef", 16, 16, &random);
		buf_puts(out, "\",\"key\":\"");
		add_random(out, "abcdefghijklmnopqrstuvwxyz", 26, 32, &random);
		buf_puts(out, "\"}");
	}
	buf_puts(out, "}}");
}

void stream_message_add_heartbeat(struct buf *out, int64_t unix_s,
				  const char *extra)
{
	struct tm when = dates_at(unix_s, DATES_KOREA_S);
	char text[DATES_TEXT_BYTES];

	strftime(text, sizeof(text), "%Y%m%d%H%M%S", &when);
	buf_printf(
		out,
		"{\"header\":{\"tr_id\":\"PINGPONG\",\"datetime\":\"%s\"%s}}",
		text, extra);
}
