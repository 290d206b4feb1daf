/* SPDX-License-Identifier: MIT */
#include "cli/render_failures.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "cli/render.h"

enum {
	SYMBOL_COLUMNS = 24,
	REASON_COLUMNS = 100,
	REASON_BYTES = 4 * REASON_COLUMNS + 1
};

void failure_groups_init(struct failure_groups *f)
{
	memset(f, 0, sizeof *f);
	arena_init(&f->texts);
}

void failure_groups_release(struct failure_groups *f)
{
	arena_release(&f->texts);
}

static const char *keep_symbol(struct failure_groups *f, const char *symbol)
{
	char shown[4 * SYMBOL_COLUMNS + 1];

	utf8_copy_printable(symbol, strlen(symbol), shown, sizeof shown,
			    SYMBOL_COLUMNS);
	return arena_copy(&f->texts, shown, strlen(shown));
}

static struct failure_group *find_group(struct failure_groups *f,
					const char *kind, const char *reason)
{
	for (size_t i = 0; i < f->group_count; i++)
		if (strcmp(f->group[i].kind, kind) == 0 &&
		    strcmp(f->group[i].reason, reason) == 0)
			return &f->group[i];
	return NULL;
}

/* NULL: no room for another, or no memory (then err is filled). */
static struct failure_group *make_group(struct failure_groups *f,
					const char *kind, const char *reason,
					struct err *err)
{
	struct failure_group *g = &f->group[f->group_count];

	g->kind = kind;
	g->reason = arena_copy(&f->texts, reason, strlen(reason));
	if (!g->reason) {
		err_no_memory(err);
		return NULL;
	}
	f->group_count++;
	return g;
}

int failure_groups_add(struct failure_groups *f, const struct record *record,
		       struct err *err)
{
	const char *kind = err_kind_name(record_err_kind(record));
	const char *text = render_reason(record);
	char reason[REASON_BYTES];
	struct failure_group *g;

	f->count++;
	f->stale_count += record_is_stale(record);
	utf8_copy_printable(text, strlen(text), reason, sizeof reason,
			    REASON_COLUMNS);
	g = find_group(f, kind, reason);
	if (!g && f->group_count == FAILURE_GROUPS_MAX) {
		f->ungrouped_count++;
		return 0;
	}
	if (!g && !(g = make_group(f, kind, reason, err)))
		return -1;
	if (g->count < FAILURE_SYMBOLS_MAX) {
		g->symbol[g->count] = keep_symbol(f, record->symbol);
		if (!g->symbol[g->count])
			return err_no_memory(err);
	}
	g->count++;
	return 0;
}

static void put_group(const struct failure_group *g, const char *bullet,
		      struct buf *out)
{
	size_t shown =
		g->count < FAILURE_SYMBOLS_MAX ? g->count : FAILURE_SYMBOLS_MAX;

	buf_printf(out, "%s%s: %s: ", bullet, g->kind, g->reason);
	for (size_t i = 0; i < shown; i++)
		buf_printf(out, "%s%s", i ? ", " : "", g->symbol[i]);
	if (g->count > shown)
		buf_printf(out, " and %zu more", g->count - shown);
	buf_putc(out, '\n');
}

void failure_groups_put(const struct failure_groups *f, bool has_color,
			const char *bullet, struct buf *out)
{
	if (f->count == 0)
		return;
	buf_printf(out, "%s%zu failed", has_color ? "\033[1m" : "", f->count);
	if (f->stale_count)
		buf_printf(out, ", %zu of them with an old quote",
			   f->stale_count);
	buf_printf(out, ":%s\n", has_color ? "\033[0m" : "");
	for (size_t i = 0; i < f->group_count; i++)
		put_group(&f->group[i], bullet, out);
	if (f->ungrouped_count)
		buf_printf(out, "%sand %zu more, for other reasons\n", bullet,
			   f->ungrouped_count);
}
