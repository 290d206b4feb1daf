/* SPDX-License-Identifier: MIT */
#include "cli/page.h"

#include <string.h>

#include "base/buf.h"
#include "cli/fields.h"
#include "cli/options.h"

static const char version[] =
	"quotefetch " QUOTEFETCH_VERSION "\n"
	"Copyright (C) 2026 The quotefetch authors\n"
	"License MIT: <https://spdx.org/licenses/MIT.html>\n"
	"This is free software: you are free to change and redistribute it.\n"
	"There is NO WARRANTY, to the extent permitted by law.\n";

bool page_is_wanted(const struct options *o)
{
	return o->wants_help || o->wants_version || o->wants_manual ||
	       o->completion || (o->fields && strcmp(o->fields, "help") == 0);
}

void page_write(const struct options *o, struct buf *out)
{
	if (o->wants_help)
		options_help(out);
	else if (o->wants_version)
		buf_puts(out, version);
	else if (o->wants_manual)
		options_man(out);
	else if (o->completion)
		options_complete((enum shell)o->completion, out);
	else if (o->format == FORMAT_MARKDOWN)
		fields_help_markdown(out);
	else
		fields_help(out);
}
