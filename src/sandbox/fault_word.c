/* SPDX-License-Identifier: MIT */
#include "sandbox/fault_word.h"

#include "base/clock.h"
#include "base/digits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool fault_word_number(const char *text, const char *end, int64_t min,
		       int64_t max, int64_t *number)
{
	size_t len = (size_t)(end - text);

	return len > 0 && len <= 15 &&
	       digits_take(text, len, max, number) == len && *number >= min;
}

bool fault_word_duration(const char *text, int64_t *ns)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = { { "", NS_PER_SEC },
		      { "s", NS_PER_SEC },
		      { "ms", NS_PER_MS },
		      { "m", 60 * NS_PER_SEC },
		      { "h", 3600 * NS_PER_SEC } };
	const char *point = text + strspn(text, "0123456789");
	const char *unit = point;
	int64_t whole, part;

	if (!fault_word_number(text, point, 0, 31536000, &whole))
		return false;
	if (*point == '.')
		unit += 1 + strspn(point + 1, "0123456789");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(units[i].name, unit) != 0)
			continue;
		if (whole > 31536000 * NS_PER_SEC / units[i].ns)
			return false;
		*ns = whole * units[i].ns;
		part = units[i].ns;
		for (const char *digit = point + 1; digit < unit; digit++) {
			part /= 10;
			*ns += (*digit - '0') * part;
		}
		return *point != '.' || unit > point + 1;
	}
	return false;
}

bool fault_word_share(const char *text, double *share)
{
	char *end;

	errno = 0;
	*share = strtod(text, &end);
	return end != text && *end == '\0' && errno == 0 && *share >= 0 &&
	       *share <= 1;
}

bool fault_word_range(const char *text, int64_t *first, int64_t *last)
{
	const char *end = text + strlen(text), *dash = strchr(text, '-');

	if (!fault_word_number(text, dash ? dash : end, 1, INT64_MAX, first))
		return false;
	*last = dash ? INT64_MAX : *first;
	return !dash || dash + 1 == end ||
	       fault_word_number(dash + 1, end, *first, INT64_MAX, last);
}
