/* SPDX-License-Identifier: MIT */
#include "sandbox/spoil.h"

#include <ctype.h>
#include <string.h>

enum { KEY_BYTES = 64 };

/* A value as text, as the broker has it, or as a number, as the others do. */
static void add_value(struct buf *body, const char *key, const char *value,
		      bool is_text)
{
	if (is_text)
		json_add_field(body, key, value);
	else
		json_add_raw(body, key, value);
}

static void add_typed(struct buf *body, const char *key, const char *type,
		      const char *value, bool is_text)
{
	const char *quote = is_text ? "\"" : "";

	if (strcmp(type, "number") == 0) {
		add_value(body, key, value, !is_text);
		return;
	}
	json_add_key(body, key);
	if (strcmp(type, "array") == 0)
		buf_printf(body, "[%s%s%s]", quote, value, quote);
	else if (strcmp(type, "object") == 0)
		buf_printf(body, "{\"v\":%s%s%s}", quote, value, quote);
	else
		buf_puts(body, strcmp(type, "bool") == 0 ? "true" : "null");
}

/* The key in capitals, or a key of capitals in small letters. */
static void other_case(char other[KEY_BYTES], const char *key)
{
	bool is_small = islower((unsigned char)key[0]) != 0;
	size_t i;

	for (i = 0; key[i] && i < KEY_BYTES - 1; i++)
		other[i] = (char)(is_small ? toupper((unsigned char)key[i])
					   : tolower((unsigned char)key[i]));
	other[i] = '\0';
}

static void spoil_value(struct buf *body, const struct fault_rows *rows,
			const char *symbol, const char *key, const char *value,
			bool is_text)
{
	const struct fault_rule *rule;
	char other[KEY_BYTES];

	if ((rule = fault_in_row(rows, FAULT_PRICE, symbol)) != NULL) {
		add_value(body, key, rule->text, is_text);
	} else if (fault_in_row(rows, FAULT_ZERO, symbol)) {
		add_value(body, key, "0", is_text);
	} else if (fault_in_row(rows, FAULT_DUP, symbol)) {
		const char *quote = is_text ? "\"" : "";

		add_value(body, key, value, is_text);
		json_add_key(body, key);
		buf_printf(body, "%s1%s%s", quote, value, quote);
	} else if ((rule = fault_in_row(rows, FAULT_TYPE, symbol)) != NULL) {
		add_typed(body, key, rule->text, value, is_text);
	} else if (fault_in_row(rows, FAULT_KEYCASE, symbol)) {
		other_case(other, key);
		add_value(body, other, value, is_text);
	} else {
		add_value(body, key, value, is_text);
	}
}

void spoil_add_price(struct buf *body, const struct fault_rows *rows,
		     const char *symbol, const char *key, const char *price)
{
	spoil_value(body, rows, symbol, key, price, true);
}

void spoil_add_number(struct buf *body, const struct fault_rows *rows,
		      const char *symbol, const char *key, const char *number)
{
	spoil_value(body, rows, symbol, key, number, false);
}

void spoil_add_name(struct buf *body, const struct fault_rows *rows,
		    const char *symbol, const char *key, const char *name)
{
	const struct fault_rule *rule = fault_in_row(rows, FAULT_NAME, symbol);

	if (rule)
		json_add_field(body, key, rule->text);
	else if (fault_in_row(rows, FAULT_ESCAPES, symbol))
		/* Red, a clipboard write, a bidi override, a C1 control,
		 * a line end and a zero-width blank. */
		json_add_raw(body, key,
			     "\"\\u001b[31mred\\u001b]52;c;cm0gLXJm\\u0007"
			     "\\u202eesrever\\u202c\\u009b2J\\r\\n\\t\\u200b"
			     "\xe2\x80\xae\xc2\x9b\\u007f,\\\"end\\\"\"");
	else if (fault_in_row(rows, FAULT_CONTROL, symbol))
		json_add_raw(body, key, "\"raw\x01\x1b[31m control\"");
	else if (fault_in_row(rows, FAULT_NUL, symbol))
		json_add_raw(body, key, "\"nul\\u0000inside\"");
	else if (fault_in_row(rows, FAULT_SURROGATE, symbol))
		json_add_raw(body, key, "\"half\\ud83dpair\"");
	else if (fault_in_row(rows, FAULT_BADUTF8, symbol))
		json_add_raw(body, key, "\"bad\xff\xc0\xaf\xed\xa0\x80utf8\"");
	else
		json_add_field(body, key, name);
}

const char *spoil_get_symbol(const struct fault_rows *rows, const char *symbol,
			     const char *other)
{
	return fault_in_row(rows, FAULT_WRONG_SYMBOL, symbol) ? other : symbol;
}

void spoil_add_token(struct buf *body, const struct fault_rule *rule,
		     const char *token)
{
	if (rule && rule->fault == FAULT_TOKEN_GARBAGE)
		token = "not a token <b>\"토큰\"</b> {}";
	if (rule && rule->fault == FAULT_TOKEN_CRLF)
		json_add_raw(body, "access_token",
			     "\"eyJ0eXAi\\r\\nx-injected: yes\"");
	else
		json_add_field(body, "access_token", token);
}

static void insert_first(struct buf *body, const struct buf *first)
{
	if (first->is_exhausted)
		body->is_exhausted = true;
	else if (body->len > 0)
		buf_insert(body, 1, buf_text(first), first->len);
}

void spoil_whole(struct buf *body, const struct fault_rule *rule)
{
	bool is_array = buf_text(body)[0] == '[';
	struct buf first;

	if (!rule)
		return;
	buf_init(&first, JSON_TEXT_MAX_BYTES);
	switch (rule->fault) {
	case FAULT_BIG:
		buf_puts(&first, is_array ? "\"" : "\"pad\":\"");
		buf_fill(&first, 'x', (size_t)rule->number);
		buf_puts(&first, "\",");
		insert_first(body, &first);
		break;
	case FAULT_DEEP:
		buf_puts(&first, is_array ? "" : "\"deep\":");
		buf_fill(&first, '[', (size_t)rule->number);
		buf_fill(&first, ']', (size_t)rule->number);
		buf_puts(&first, ",");
		insert_first(body, &first);
		break;
	case FAULT_PREFIX:
		if ((size_t)rule->number < body->len)
			body->len = (size_t)rule->number;
		break;
	case FAULT_TRAILING:
		buf_puts(body, rule->text);
		break;
	case FAULT_BOM:
		buf_insert(body, 0, "\xef\xbb\xbf", 3);
		break;
	case FAULT_TOPARRAY:
		buf_insert(body, 0, "[", 1);
		buf_puts(body, "]");
		break;
	default:
		break;
	}
	buf_release(&first);
}

void spoil_rows(struct buf *body)
{
	bool is_array = buf_text(body)[0] == '[';

	buf_clear(body);
	buf_puts(body, is_array ? "[]" : "{}");
}
