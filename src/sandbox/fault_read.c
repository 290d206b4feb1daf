/* SPDX-License-Identifier: MIT */
/* fault_read.c: reads the rules of --fault. */
#include "base/clock.h"
#include "sandbox/fault.h"
#include "sandbox/fault_table.h"
#include "sandbox/fault_word.h"
#include "sandbox/rfc_case.h"

#include <string.h>

static bool read_path(const char *text, struct fault_rule *rule)
{
	if (strcmp(text, "any") == 0) {
		rule->path = FAULT_PATH_ANY;
		return true;
	}
	if (strcmp(text, "quote") == 0) {
		rule->path = FAULT_PATH_QUOTE;
		return true;
	}
	rule->path = FAULT_PATH_ENDPOINT;
	rule->endpoint = endpoint_find(text);
	return rule->endpoint != ENDPOINT_UNKNOWN;
}

static bool read_source(const char *text, enum source *source)
{
	for (int i = 0; i < SOURCES; i++) {
		*source = (enum source)i;
		if (strcmp(source_name(*source), text) == 0)
			return true;
	}
	*source = SOURCES;
	return strcmp(text, "any") == 0;
}

static bool read_word(const char *text, char *word, size_t size)
{
	snprintf(word, size, "%s", text);
	return *text && strlen(text) < size;
}

static bool read_count(const char *text, int64_t min, int64_t *number)
{
	return fault_word_number(text, text + strlen(text), min, INT64_MAX,
				 number);
}

/* What a rule of calls may say, and one of the stream not. */
static bool read_call_condition(const char *key, const char *value,
				struct fault_rule *rule)
{
	if (strcmp(key, "path") == 0)
		return read_path(value, rule);
	if (strcmp(key, "source") == 0)
		return read_source(value, &rule->source);
	if (strcmp(key, "symbol") == 0)
		return read_word(value, rule->symbol, 16);
	if (strcmp(key, "exchange") == 0)
		return read_word(value, rule->exchange, sizeof(rule->exchange));
	if (strcmp(key, "from") == 0)
		return fault_word_duration(value, &rule->from_ns);
	if (strcmp(key, "until") == 0)
		return fault_word_duration(value, &rule->until_ns);
	return strcmp(key, "for") == 0 &&
	       fault_word_duration(value, &rule->for_ns) && rule->for_ns > 0;
}

static bool read_stream_condition(const char *key, const char *value,
				  struct fault_rule *rule)
{
	if (strcmp(key, "session") == 0)
		return fault_word_range(value, &rule->session_first,
					&rule->session_last);
	if (strcmp(key, "symbol") == 0)
		return read_word(value, rule->symbol, sizeof(rule->symbol));
	if (fault_stage(rule->fault) != STREAM_AT_MOMENT)
		return false;
	if (strcmp(key, "after") == 0)
		return read_count(value, 0, &rule->after);
	if (strcmp(key, "ms") == 0)
		return read_count(value, 0, &rule->ms);
	return strcmp(key, "registered") == 0 &&
	       read_count(value, 0, &rule->registered);
}

/* One condition, KEY=VALUE, into the rule. */
static bool read_condition(const char *key, const char *value,
			   struct fault_rule *rule)
{
	if (fault_stage(rule->fault) == STREAM_IN_MARKET)
		return false;
	if (strcmp(key, "nth") == 0)
		return fault_word_range(value, &rule->nth_first,
					&rule->nth_last);
	if (strcmp(key, "every") == 0)
		return read_count(value, 1, &rule->every);
	if (strcmp(key, "times") == 0)
		return read_count(value, 1, &rule->times);
	if (strcmp(key, "p") == 0)
		return fault_word_share(value, &rule->p);
	return fault_is_of_stream(rule->fault)
		       ? read_stream_condition(key, value, rule)
		       : read_call_condition(key, value, rule);
}

static int read_conditions(char *text, struct fault_rule *rule, struct err *err)
{
	bool is_of_stream = fault_is_of_stream(rule->fault);
	char *rest = NULL;

	for (char *key = strtok_r(text, ",", &rest); key;
	     key = strtok_r(NULL, ",", &rest)) {
		char *equals = strchr(key, '=');

		if (equals)
			*equals = '\0';
		if (!equals || !read_condition(key, equals + 1, rule))
			return err_set(err, ERR_USAGE,
				       "unfit condition '%s%s%s' of %s%s%s: "
				       "see --fault list",
				       key, equals ? "=" : "",
				       equals ? equals + 1 : "",
				       is_of_stream ? "fault '" : "a fault",
				       is_of_stream ? fault_name(rule->fault)
						    : "",
				       is_of_stream ? "'" : "");
	}
	if (rule->from_ns >= rule->until_ns)
		return err_set(err, ERR_USAGE,
			       "a fault whose time ends before it begins");
	if (rule->for_ns > 0 && !fault_is_chosen(rule))
		return err_set(err, ERR_USAGE,
			       "for= of a fault says how long it goes on: "
			       "write nth=, every=, p= or times=, too");
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

/* A moment without conditions is when trades have begun to flow. */
static void set_moment(struct fault_rule *rule)
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

static bool is_argument_fit(const struct fault_info *info,
			    struct fault_rule *rule)
{
	static const char *const types[] = { "number", "null", "array",
					     "object", "bool", NULL };
	static const char *const odd[] = { "encrypted", "type",  "tr", "bars",
					   "short",     "empty", NULL };
	const char *text = rule->text, *rest = strpbrk(text, ":/");
	const char *end = text + strlen(text);

	switch (rule->fault) {
	case FAULT_REDIRECT:
		return fault_word_number(text, rest ? rest : end, 300, 399,
					 &rule->number);
	case FAULT_REFUSE:
		rest = strchr(text, '/');
		return *text && (size_t)((rest ? rest : end) - text) < 12 &&
		       (!rest || fault_word_number(rest + 1, end, 200, 599,
						   &rule->number));
	case FAULT_TYPE:
		return is_word(text, types);
	case STREAM_CLOSE:
		return strcmp(text, "empty") == 0 ||
		       strcmp(text, "byte") == 0 ||
		       fault_word_number(text, end, 0, 65535, &rule->number);
	case STREAM_FIELD:
		rest = strchr(text, ':');
		return rest &&
		       fault_word_number(text, rest, 0, 63, &rule->number);
	case STREAM_ODD:
		return is_word(text, odd);
	case STREAM_ACK_CODE:
		return *text && strlen(text) < 16;
	case STREAM_RFC:
		return rfc_case_find(text) != NULL;
	case STREAM_RAW:
		return is_hex(text);
	default:
		return info->argument != FAULT_NUMBER ||
		       fault_word_number(text, end, info->min, info->max,
					 &rule->number);
	}
}

/* given: NULL where there is none. */
static int read_argument(const struct fault_info *info, const char *given,
			 struct fault_rule *rule, struct err *err)
{
	const char *argument = given ? given : info->preset;

	if (given ? info->argument == FAULT_NO_ARGUMENT : !argument)
		return err_set(err, ERR_USAGE, "fault '%s' %s argument",
			       info->name, given ? "takes no" : "needs an");
	if (*argument && !read_word(argument, rule->text, sizeof(rule->text)))
		return err_set(err, ERR_USAGE,
			       "argument of fault '%s' too long", info->name);
	if (given && info->argument == FAULT_SYMBOL
		    ? read_word(given, rule->symbol, sizeof(rule->symbol))
		    : is_argument_fit(info, rule))
		return 0;
	return err_set(err, ERR_USAGE,
		       "unfit argument '%.40s' of fault '%s': see --fault list",
		       argument, info->name);
}

/* Which calls a rule is about that does not say it. */
static void preset_path(const struct fault_info *info, struct fault_rule *rule)
{
	rule->path = FAULT_PATH_QUOTE;
	if (fault_is_lasting(info->fault))
		rule->path = FAULT_PATH_ANY;
	if (strncmp(info->name, "token-", 6) == 0) {
		rule->path = FAULT_PATH_ENDPOINT;
		rule->endpoint = ENDPOINT_TOKEN;
	}
}

/* The name that text begins with, cut off it; *argument: what follows, or NULL. */
static const struct fault_info *read_name(char *text, const char **argument)
{
	const struct fault_info *info;
	const char *rest;
	char *equals;

	if (stream_fault_is_meant(text)) {
		info = fault_table_find_stream(text, &rest);
		*argument = *rest == ':' ? rest + 1 : NULL;
		return info;
	}
	equals = strchr(text, '=');
	if (equals)
		*equals++ = '\0';
	*argument = equals;
	return fault_table_find(text);
}

int fault_parse(const char *spec, struct fault_rule *rule, struct err *err)
{
	const struct fault_info *info;
	const char *argument;
	char text[1024], *conditions;

	if (strlen(spec) >= sizeof(text))
		return err_set(err, ERR_USAGE, "cannot read a fault: too long");
	memcpy(text, spec, strlen(spec) + 1);
	/* An argument may hold '@': what begins the conditions is the last. */
	conditions = strrchr(text, '@');
	if (conditions)
		*conditions++ = '\0';
	info = read_name(text, &argument);
	if (!info)
		return err_set(err, ERR_USAGE,
			       "unknown fault '%.40s': see --fault list", text);
	*rule = (struct fault_rule){
		.fault = info->fault,
		.source = SOURCES,
		.until_ns = CLOCK_NEVER,
		.p = -1,
		.after = -1,
	};
	preset_path(info, rule);
	if (read_argument(info, argument, rule, err) ||
	    (conditions && read_conditions(conditions, rule, err)))
		return -1;
	if (fault_stage(rule->fault) == STREAM_AT_MOMENT)
		set_moment(rule);
	/* dup:3 is short for each third. */
	if ((rule->fault == STREAM_DUP || rule->fault == STREAM_SWAP) &&
	    rule->every == 0)
		rule->every = rule->number;
	return 0;
}
