#include "sandbox/fault.h"

#include "sandbox/fault_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const path_names[] = {
	[FAULT_PATH_ANY] = "any",       [FAULT_PATH_QUOTE] = "quote",
	[FAULT_PATH_TOKEN] = "token",   [FAULT_PATH_SINGLE] = "single",
	[FAULT_PATH_MULTI] = "multi",   [FAULT_PATH_PRICE] = "price",
	[FAULT_PATH_DETAIL] = "detail",
};

enum { PATHS = sizeof(path_names) / sizeof(path_names[0]) };

const char *fault_name(enum fault fault)
{
	return fault_table_get(fault)->name;
}

enum fault_stage fault_stage(enum fault fault)
{
	return fault_table_get(fault)->stage;
}

bool fault_needs_answer(enum fault fault)
{
	return fault != FAULT_HANG && fault != FAULT_RESET &&
	       fault != FAULT_CLOSE && fault != FAULT_RESEND;
}

/* A whole number of digits only, from min to max; the text ends at end. */
static bool read_number(const char *text, const char *end, int64_t min,
			int64_t max, int64_t *number)
{
	int64_t value = 0;

	if (text == end || end - text > 15)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (*text - '0');
	}
	*number = value;
	return value >= min && value <= max;
}

static bool read_share(const char *text, double *share)
{
	char *end;

	errno = 0;
	*share = strtod(text, &end);
	return end != text && *end == '\0' && errno == 0 && *share >= 0 &&
	       *share <= 1;
}

static bool read_path(const char *text, enum fault_path *path)
{
	for (int i = 0; i < PATHS; i++) {
		if (strcmp(path_names[i], text) == 0) {
			*path = (enum fault_path)i;
			return true;
		}
	}
	return false;
}

/* One match, KEY=VALUE, into the rule. */
static bool read_match(const char *match, struct fault_rule *rule)
{
	const char *value = strchr(match, '=');
	size_t key_len = value ? (size_t)(value - match) : 0;
	const char *end, *dash;

	if (!value)
		return false;
	value++;
	end = value + strlen(value);
	if (key_len == 4 && strncmp(match, "path", 4) == 0)
		return read_path(value, &rule->path);
	if (key_len == 6 && strncmp(match, "symbol", 6) == 0) {
		snprintf(rule->symbol, sizeof(rule->symbol), "%s", value);
		return *value && strlen(value) < sizeof(rule->symbol);
	}
	if (key_len == 3 && strncmp(match, "nth", 3) == 0) {
		dash = strchr(value, '-');
		return read_number(value, dash ? dash : end, 1, INT64_MAX,
				   &rule->nth_first) &&
		       read_number(dash ? dash + 1 : value, end,
				   rule->nth_first, INT64_MAX, &rule->nth_last);
	}
	if (key_len == 5 && strncmp(match, "every", 5) == 0)
		return read_number(value, end, 1, INT64_MAX, &rule->every);
	if (key_len == 5 && strncmp(match, "times", 5) == 0)
		return read_number(value, end, 1, INT64_MAX, &rule->times);
	if (key_len == 1 && match[0] == 'p')
		return read_share(value, &rule->p);
	return false;
}

static int read_matches(char *matches, struct fault_rule *rule, struct err *err)
{
	char *rest = NULL;

	for (char *match = strtok_r(matches, ",", &rest); match;
	     match = strtok_r(NULL, ",", &rest)) {
		if (!read_match(match, rule))
			return err_set(err, ERR_USAGE,
				       "unfit match '%s' in a fault: see "
				       "--fault list",
				       match);
	}
	return 0;
}

static bool is_argument_fit(const struct fault_info *info,
			    struct fault_rule *rule)
{
	const char *text = rule->text, *rest = strpbrk(text, ":/");
	const char *end = text + strlen(text);

	switch (rule->fault) {
	case FAULT_REDIRECT:
		return read_number(text, rest ? rest : end, 300, 399,
				   &rule->number);
	case FAULT_REFUSE:
		rest = strchr(text, '/');
		return *text && (size_t)((rest ? rest : end) - text) < 12 &&
		       (!rest ||
			read_number(rest + 1, end, 200, 599, &rule->number));
	case FAULT_TYPE:
		return strcmp(text, "number") == 0 ||
		       strcmp(text, "null") == 0 ||
		       strcmp(text, "array") == 0 ||
		       strcmp(text, "object") == 0 || strcmp(text, "bool") == 0;
	default:
		return info->argument != FAULT_NUMBER ||
		       read_number(text, end, info->min, info->max,
				   &rule->number);
	}
}

int fault_parse(const char *spec, struct fault_rule *rule, struct err *err)
{
	char text[1024];
	const struct fault_info *info;
	const char *argument;
	char *equals, *matches;

	if (strlen(spec) >= sizeof(text))
		return err_set(err, ERR_USAGE, "cannot read a fault: too long");
	memcpy(text, spec, strlen(spec) + 1);
	/* An argument may hold '@': what begins the matches is the last. */
	matches = strrchr(text, '@');
	if (matches)
		*matches++ = '\0';
	equals = strchr(text, '=');
	if (equals)
		*equals = '\0';

	info = fault_table_find(text);
	if (!info)
		return err_set(err, ERR_USAGE,
			       "unknown fault '%.40s': see --fault list", text);
	*rule = (struct fault_rule){
		.fault = info->fault,
		.path = strncmp(text, "token-", 6) == 0 ? FAULT_PATH_TOKEN
							: FAULT_PATH_QUOTE,
		.p = -1,
	};
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
	return matches ? read_matches(matches, rule, err) : 0;
}

static bool fits_path(enum fault_path path, enum endpoint endpoint)
{
	switch (path) {
	case FAULT_PATH_ANY:
		return true;
	case FAULT_PATH_QUOTE:
		return endpoint_is_quote(endpoint);
	case FAULT_PATH_TOKEN:
		return endpoint == ENDPOINT_TOKEN;
	case FAULT_PATH_SINGLE:
		return endpoint == ENDPOINT_SINGLE;
	case FAULT_PATH_MULTI:
		return endpoint == ENDPOINT_MULTI;
	case FAULT_PATH_PRICE:
		return endpoint == ENDPOINT_PRICE;
	case FAULT_PATH_DETAIL:
		return endpoint == ENDPOINT_DETAIL;
	}
	return false;
}

static bool fits_symbol(const char *symbol, const struct request *request)
{
	if (!*symbol)
		return true;
	for (size_t i = 0; i < request->symbol_count; i++) {
		if (strcmp(request->symbol[i], symbol) == 0)
			return true;
	}
	return false;
}

bool fault_fires(struct fault_rule *rule, const struct request *request,
		 bool has_history, uint64_t random)
{
	if (!fits_path(rule->path, request->endpoint) ||
	    !fits_symbol(rule->symbol, request))
		return false;
	if (rule->fault == FAULT_RESEND && !has_history)
		return false;
	rule->seen++;
	if (rule->nth_first > 0 &&
	    (rule->seen < rule->nth_first || rule->seen > rule->nth_last))
		return false;
	if (rule->every > 0 && rule->seen % rule->every != 0)
		return false;
	if (rule->times > 0 && rule->fired >= rule->times)
		return false;
	if (rule->p >= 0 && (double)(random >> 11) * 0x1p-53 >= rule->p)
		return false;
	rule->fired++;
	return true;
}

bool fault_touches(const struct fault_rule *rule, enum fault fault,
		   const char *symbol)
{
	return rule && rule->fault == fault &&
	       (!rule->symbol[0] || strcmp(rule->symbol, symbol) == 0);
}
