/* SPDX-License-Identifier: MIT */
#include "cli/failures.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "cli/output.h"
#include "cli/render.h"

enum { LIST_MAX_BYTES = 1 << 30 };

struct failures {
	struct output *output;
	struct buf list;
};

struct failures *failures_open(const char *path, struct err *err)
{
	struct failures *f = err_calloc(sizeof *f, err);

	if (!f)
		return NULL;
	buf_init(&f->list, LIST_MAX_BYTES);
	f->output = output_open(path, false, err);
	if (!f->output) {
		failures_abandon(f);
		return NULL;
	}
	return f;
}

void failures_note(struct failures *f, const struct record *record)
{
	const char *reason = render_reason(record);
	char shown[2 * ERR_MSG_BYTES];
	bool is_symbol = record->market != MARKET_NONE;

	utf8_copy_printable(reason, strlen(reason), shown, sizeof shown,
			    ERR_MSG_BYTES);
	buf_printf(&f->list, is_symbol ? "%s  # %s: %s\n" : "# %s: %s: %s\n",
		   record->input, err_kind_name(record_err_kind(record)),
		   shown);
}

int failures_save(struct failures *f, int64_t deadline_ns, struct err *err)
{
	int rc = buf_check(&f->list, ERR_SYSTEM, err);

	if (rc == 0)
		rc = output_write(f->output, &f->list, NULL, deadline_ns, err);
	if (rc == 0) {
		rc = output_commit(f->output, err);
		f->output = NULL;
	}
	failures_abandon(f);
	return rc;
}

void failures_abandon(struct failures *f)
{
	if (!f)
		return;
	output_abandon(f->output);
	buf_release(&f->list);
	free(f);
}
