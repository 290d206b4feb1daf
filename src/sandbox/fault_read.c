/* SPDX-License-Identifier: MIT */
/* fault_read.c: reads the rules of --fault. */
#include "base/clock.h"
#include "sandbox/fault.h"
#include "sandbox/fault_table.h"
#include "sandbox/fault_word.h"

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

/* One condition, KEY=VALUE, into the rule. */
static bool read_condition(const char *key, const char *value,
			   struct fault_rule *rule)
{
	const char *end = value + strlen(value);

	if (strcmp(key, "path") == 0)
		return read_path(value, rule);
	if (strcmp(key, "source") == 0)
		return read_source(value, &rule->source);
	if (strcmp(key, "symbol") == 0)
		return read_word(value, rule->symbol, sizeof(rule->symbol));
	if (strcmp(key, "exchange") == 0)
		return read_word(value, rule->exchange, sizeof(rule->exchange));
	if (strcmp(key, "from") == 0)
		return fault_word_duration(value, &rule->from_ns);
	if (strcmp(key, "until") == 0)
		return fault_word_duration(value, &rule->until_ns);
	if (strcmp(key, "for") == 0)
		return fault_word_duration(value, &rule->for_ns) &&
		       rule->for_ns > 0;
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
	return false;
}

static int read_conditions(char *text, struct fault_rule *rule, struct err *err)
{
	char *rest = NULL;

	for (char *key = strtok_r(text, ",", &rest); key;
	     key = strtok_r(NULL, ",", &rest)) {
		char *equals = strchr(key, '=');

		if (equals)
			*equals = '\0';
		if (!equals || !read_condition(key, equals + 1, rule))
			return err_set(err, ERR_USAGE,
				       "unfit condition '%s%s%s' of a fault: "
				       "see --fault list",
				       key, equals ? "=" : "",
				       equals ? equals + 1 : "");
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

static bool is_argument_fit(const struct fault_info *info,
			    struct fault_rule *rule)
{
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
		return strcmp(text, "number") == 0 ||
		       strcmp(text, "null") == 0 ||
		       strcmp(text, "array") == 0 ||
		       strcmp(text, "object") == 0 || strcmp(text, "bool") == 0;
	default:
		return info->argument != FAULT_NUMBER ||
		       fault_word_number(text, end, info->min, info->max,
					 &rule->number);
	}
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

int fault_parse(const char *spec, struct fault_rule *rule, struct err *err)
{
	char text[1024];
	const struct fault_info *info;
	const char *argument;
	char *equals, *conditions;

	if (strlen(spec) >= sizeof(text))
		return err_set(err, ERR_USAGE, "cannot read a fault: too long");
	memcpy(text, spec, strlen(spec) + 1);
	/* An argument may hold '@': what begins the conditions is the last. */
	conditions = strrchr(text, '@');
	if (conditions)
		*conditions++ = '\0';
	equals = strchr(text, '=');
	if (equals)
		*equals = '\0';

	info = fault_table_find(text);
	if (!info)
		return err_set(err, ERR_USAGE,
			       "unknown fault '%.40s': see --fault list", text);
	*rule = (struct fault_rule){
		.fault = info->fault,
		.source = SOURCES,
		.until_ns = CLOCK_NEVER,
		.p = -1,
	};
	preset_path(info, rule);
	if (equals ? info->argument == FAULT_NO_ARGUMENT : !info->preset)
		return err_set(err, ERR_USAGE, "fault '%s' %s argument", text,
			       equals ? "takes no" : "needs an");
	argument = equals ? equals + 1 : info->preset;
	if (strlen(argument) >= sizeof(rule->text))
		return err_set(err, ERR_USAGE,
			       "argument of fault '%s' too long", text);
	memcpy(rule->text, argument, strlen(argument) + 1);
	if (!is_argument_fit(info, rule))
		return err_set(err, ERR_USAGE,
			       "unfit argument '%.40s' of fault "
			       "'%s': see --fault list",
			       argument, text);
	return conditions ? read_conditions(conditions, rule, err) : 0;
}
