/* SPDX-License-Identifier: MIT */
#include "cli/style.h"

#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

static bool has_color(const struct options *o, bool is_terminal)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return is_terminal && !(no_color && *no_color) && term &&
	       strcmp(term, "dumb") != 0;
}

/* By what decides about messages, as POSIX has it. */
static bool is_korean(const struct options *o)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *locale = NULL;

	if (o->color_scheme != SCHEME_AUTO)
		return o->color_scheme == SCHEME_KOREAN;
	for (int i = 0; i < 3 && (!locale || *locale == '\0'); i++)
		locale = getenv(names[i]);
	return locale && strncmp(locale, "ko", 2) == 0;
}

struct style style_of(const struct options *o, bool is_terminal)
{
	return (struct style){ .hides_header = o->hides_header,
			       .has_color = has_color(o, is_terminal),
			       .is_korean = is_korean(o) };
}
