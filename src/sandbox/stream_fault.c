/* SPDX-License-Identifier: MIT */
#include "sandbox/stream_fault.h"

#include <string.h>

#include "sandbox/fault_table.h"
#include "sandbox/fault_word.h"
#include "sandbox/rfc_case.h"
#include "sandbox/stream_fault_table.h"

const char *stream_fault_name(enum stream_fault fault)
{
	return stream_fault_table_get(fault)->name;
}

enum stream_stage stream_fault_stage(enum stream_fault fault)
{
	return stream_fault_table_get(fault)->stage;
}

bool stream_fault_is_meant(const char *spec)
{
	const char *rest;
	const struct stream_fault_info *info =
		stream_fault_table_find(spec, &rest);
	char name[32];

	/* "close" and "cut@nth=2" are faults of a call, "close:1000" is not.
	 * What only the stream knows may stand alone. */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(spec, "=@"), spec);
	return info && (strchr(name, ':') || !fault_table_find(name));
}

static bool read_symbol(const char *text, struct stream_fault_rule *rule)
{
	size_t len = strlen(text);

	if (len == 0 || len >= sizeof(rule->symbol))
		return false;
	memcpy(rule->symbol, text, len + 1);
	return true;
}

/* One KEY=VALUE into the rule. */
static bool read_condition(const char *key, const char *value,
			   struct stream_fault_rule *rule)
{
	const char *end = value + strlen(value);

	if (strcmp(key, "session") == 0)
		return fault_word_range(value, &rule->session_first,
					&rule->session_last);
	if (strcmp(key, "symbol") == 0)
		return read_symbol(value, rule);
	if (strcmp(key, "nth") == 0)
		return fault_word_range(value, &rule->nth_first,
					&rule->nth_last);
	if (strcmp(key, "every") == 0)
		return fault_word_number(value, end, 1, INT64_MAX,
					 &rule->every);
	if (strcmp(key, "times") == 0)
		return fault_word_number(value, end, 1, INT64_MAX,
					 &rule->times);
	if (strcmp(key, "p") == 0)
		return fault_word_share(value, &rule->p);
	if (stream_fault_stage(rule->fault) != STREAM_AT_MOMENT)
		return false;
	if (strcmp(key, "after") == 0)
		return fault_word_number(value, end, 0, INT64_MAX,
					 &rule->after);
	if (strcmp(key, "ms") == 0)
		return fault_word_number(value, end, 0, INT64_MAX, &rule->ms);
	if (strcmp(key, "registered") == 0)
		return fault_word_number(value, end, 0, INT64_MAX,
					 &rule->registered);
	return false;
}

/* A moment without conditions is when trades have begun to flow. */
static void set_moment(struct stream_fault_rule *rule)
{
	bool is_given =
		rule->after >= 0 || rule->ms > 0 || rule->registered > 0;

	if (rule->fault == STREAM_RST)
		rule->after = rule->number;
	else if (rule->fault == STREAM_LIFE)
		rule->ms = rule->number * 1000;
	else if (!is_given)
		rule->after = 1;
	if (rule->after < 0)
		rule->after = 0;
}

static int read_conditions(char *conditions, struct stream_fault_rule *rule,
			   struct err *err)
{
	char *rest = NULL;

	rule->after = -1;
	for (char *key = strtok_r(conditions, ",", &rest); key;
	     key = strtok_r(NULL, ",", &rest)) {
		char *value = strchr(key, '=');

		if (value)
			*value++ = '\0';
		if (!value ||
		    stream_fault_stage(rule->fault) == STREAM_IN_MARKET ||
		    !read_condition(key, value, rule))
			return err_set(err, ERR_USAGE,
				       "unfit condition '%s%s%s' of fault "
				       "'%s': see --fault list",
				       key, value ? "=" : "",
				       value ? value : "",
				       stream_fault_name(rule->fault));
	}
	if (stream_fault_stage(rule->fault) == STREAM_AT_MOMENT)
		set_moment(rule);
	return 0;
}

static bool is_word(const char *text, const char *const words[])
{
	for (; *words; words++) {
		if (strcmp(*words, text) == 0)
			return true;
	}
	return false;
}

static bool is_hex(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len % 2 == 0 &&
	       strspn(text, "0123456789abcdefABCDEF") == len;
}

static bool is_argument_fit(const struct stream_fault_info *info,
			    struct stream_fault_rule *rule)
{
	static const char *const odd[] = { "encrypted", "type",  "tr", "bars",
					   "short",     "empty", NULL };
	const char *text = rule->text, *end = text + strlen(text);
	const char *colon = strchr(text, ':');

	switch (rule->fault) {
	case STREAM_CLOSE:
		return strcmp(text, "empty") == 0 ||
		       strcmp(text, "byte") == 0 ||
		       fault_word_number(text, end, 0, 65535, &rule->number);
	case STREAM_FIELD:
		return colon &&
		       fault_word_number(text, colon, 0, 63, &rule->number);
	case STREAM_ODD:
		return is_word(text, odd);
	case STREAM_ACK_CODE:
		return *text && strlen(text) < 16;
	case STREAM_RFC:
		return rfc_case_find(text) != NULL;
	case STREAM_RAW:
		return is_hex(text);
	default:
		return info->argument != STREAM_NUMBER ||
		       fault_word_number(text, end, info->min, info->max,
					 &rule->number);
	}
}

static int read_argument(const struct stream_fault_info *info,
			 const char *given, struct stream_fault_rule *rule,
			 struct err *err)
{
	const char *argument = given ? given : info->preset;

	if (given && info->argument == STREAM_NO_ARGUMENT)
		return err_set(err, ERR_USAGE, "fault '%s' takes no argument",
			       info->name);
	if (!argument)
		return err_set(err, ERR_USAGE, "fault '%s' needs an argument",
			       info->name);
	if (strlen(argument) >= sizeof(rule->text))
		return err_set(err, ERR_USAGE,
			       "argument of fault '%s' too long", info->name);
	memcpy(rule->text, argument, strlen(argument) + 1);
	if (info->argument == STREAM_SYMBOL ? !given || read_symbol(given, rule)
					    : is_argument_fit(info, rule))
		return 0;
	return err_set(err, ERR_USAGE,
		       "unfit argument '%.40s' of fault '%s': see --fault "
		       "list",
		       argument, info->name);
}

int stream_fault_parse(const char *spec, struct stream_fault_rule *rule,
		       struct err *err)
{
	const struct stream_fault_info *info;
	char text[1024], *conditions;
	const char *rest;

	if (strlen(spec) >= sizeof(text))
		return err_set(err, ERR_USAGE, "cannot read a fault: too long");
	memcpy(text, spec, strlen(spec) + 1);
	/* An argument may hold '@': what begins the conditions is the last. */
	conditions = strrchr(text, '@');
	if (conditions)
		*conditions++ = '\0';
	info = stream_fault_table_find(text, &rest);
	if (!info)
		return err_set(err, ERR_USAGE,
			       "unknown fault '%.40s': see --fault list", text);
	*rule = (struct stream_fault_rule){ .fault = info->fault, .p = -1 };
	if (read_argument(info, *rest == ':' ? rest + 1 : NULL, rule, err))
		return -1;
	if (read_conditions(conditions ? conditions : text + strlen(text), rule,
			    err))
		return -1;
	/* dup:3 is short for each third. */
	if ((rule->fault == STREAM_DUP || rule->fault == STREAM_SWAP) &&
	    rule->every == 0)
		rule->every = rule->number;
	return 0;
}

static bool fits(const struct stream_fault_rule *rule,
		 const struct stream_event *event)
{
	if (rule->session_first > 0 && (event->session < rule->session_first ||
					event->session > rule->session_last))
		return false;
	return !rule->symbol[0] ||
	       (event->tr_key && strcmp(event->tr_key, rule->symbol) == 0) ||
	       (event->code && strcmp(event->code, rule->symbol) == 0);
}

bool stream_fault_fires(struct stream_fault_rule *rule,
			const struct stream_event *event)
{
	if (!fits(rule, event))
		return false;
	rule->seen++;
	if (rule->nth_first > 0 &&
	    (rule->seen < rule->nth_first || rule->seen > rule->nth_last))
		return false;
	if (rule->every > 0 && rule->seen % rule->every != 0)
		return false;
	if (rule->times > 0 && rule->fired >= rule->times)
		return false;
	if (rule->p >= 0 && (double)(event->random >> 11) * 0x1p-53 >= rule->p)
		return false;
	rule->fired++;
	return true;
}
