#include "cli/page.h"

#include <string.h>

#include "base/buf.h"
#include "cli/fields.h"
#include "cli/options.h"

static bool wants_fields(const struct options *o)
{
	return o->fields && strcmp(o->fields, "help") == 0;
}

bool page_is_wanted(const struct options *o)
{
	return o->wants_help || o->wants_version || wants_fields(o);
}

void page_write(const struct options *o, struct buf *out)
{
	if (o->wants_help)
		options_help(out);
	else if (o->wants_version)
		buf_puts(out, "quotefetch " QUOTEFETCH_VERSION "\n");
	else
		fields_help(out);
}
