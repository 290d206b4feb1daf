/* SPDX-License-Identifier: MIT */
#include "cli/sink.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/delivery.h"
#include "cli/failures.h"
#include "cli/fields.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/render.h"
#include "cli/screen.h"
#include "cli/style.h"
#include "cli/symbol_list.h"
#include "model/check.h"

enum { TEXT_MAX_BYTES = 1 << 30, LINE_MAX_BYTES = 1024 };

/* For a FIFO's reader to take the list of failures. */
#define TAKE_NS (NS_PER_SEC / 2)

struct sink {
	struct sink_config config;
	struct buf text; /* rendered, not yet written */
	struct output *output;
	struct render *render;
	struct screen screen;
	struct progress progress;
	struct failures *failures; /* NULL: not asked for */
	struct delivery *delivery;
};

static void say_misfit(const struct field_set *fields,
		       const struct sink_config *c)
{
	const struct options *o = c->options;
	const struct fields_run run = { .source = c->source,
					.source_count = c->source_count,
					.wants_detail = o->wants_detail,
					.wants_raw = o->wants_raw,
					.wants_check =
						o->check_percent != NULL };
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	fields_misfit(fields, &run, &line);
	if (line.len > 0)
		screen_say(NULL, buf_text(&line));
	buf_release(&line);
}

static int open_render(struct sink *s, struct err *err)
{
	const struct options *o = s->config.options;
	bool is_terminal = output_is_terminal(s->output);
	struct render_config render = {
		.format = o->format,
		.record_total = symbol_list_count(s->config.list),
		.style = style_of(o, is_terminal),
	};

	if (is_terminal)
		render.style.columns = screen_columns(output_fd(s->output));
	if (render.format == FORMAT_AUTO)
		render.format = is_terminal ? FORMAT_TABLE : FORMAT_JSON;
	fields_default(&render.fields, o->wants_detail, o->wants_raw);
	if (o->check_percent)
		fields_add(&render.fields, FIELD_CHECK);
	if (o->max_age_sec > 0 || o->stale_if_error_sec > 0) {
		fields_add(&render.fields, FIELD_STALE);
		fields_add(&render.fields, FIELD_AGE_SECONDS);
	}
	if (o->fields && fields_parse(&render.fields, o->fields, err) < 0)
		return -1;
	say_misfit(&render.fields, &s->config);
	s->render = render_new(&render, &s->text, err);
	return s->render ? 0 : -1;
}

static int open_failures(struct sink *s, struct err *err)
{
	const char *path = s->config.options->errors_file;

	if (!path)
		return 0;
	s->failures = failures_open(path, err);
	return s->failures ? 0 : -1;
}

static int open_delivery(struct sink *s, struct err *err)
{
	const struct sink_config *c = &s->config;
	const struct options *o = c->options;
	struct delivery_config delivery = { .list = c->list };

	delivery.source = c->source;
	delivery.source_count = c->source_count;
	delivery.render = s->render;
	delivery.text = &s->text;
	delivery.output = s->output;
	delivery.failures = s->failures;
	delivery.progress = &s->progress;
	delivery.stop = c->stop;
	delivery.deadline_ns = c->deadline_ns;
	delivery.venue = o->venue;
	delivery.keeps_order = o->keep_order;
	delivery.is_on_one_terminal =
		screen_is_shared_with(output_fd(s->output));
	screen_init(&s->screen);
	progress_init(&s->progress, o->progress, o->is_quiet,
		      style_of(o, isatty(STDERR_FILENO)).has_color, &s->screen,
		      symbol_list_count(c->list), c->started_ns);
	s->delivery = delivery_new(&delivery, err);
	return s->delivery ? 0 : -1;
}

struct sink *sink_open(const struct sink_config *config, struct err *err)
{
	struct sink *s = err_calloc(sizeof *s, err);

	if (!s)
		return NULL;
	s->config = *config;
	buf_init(&s->text, TEXT_MAX_BYTES);
	s->output = output_open(config->options->output,
				config->stdout_is_closed, err);
	if (!s->output || open_failures(s, err) < 0 ||
	    open_render(s, err) < 0 || open_delivery(s, err) < 0)
		goto fail;
	return s;
fail:
	sink_free(s);
	return NULL;
}

int sink_begin(struct sink *s, struct err *err)
{
	return delivery_begin(s->delivery, err);
}

int sink_take(struct sink *s, struct result *result, struct err *err)
{
	return delivery_take(s->delivery, result, err);
}

int sink_flush(struct sink *s, struct err *err)
{
	if (delivery_flush(s->delivery, err) < 0)
		return -1;
	progress_show(&s->progress, clock_monotonic_ns());
	return 0;
}

/* Whether what came out may take the place of the old file. */
static bool may_replace(const struct sink *s)
{
	const struct tally *t = sink_tally(s);

	switch (s->config.options->replace) {
	case REPLACE_ALWAYS:
		return true;
	case REPLACE_ANY:
		return t->quotes > 0;
	case REPLACE_ALL:
		return t->quotes == t->symbols;
	}
	err_abort(__FILE__, __LINE__, "a rule of replacing");
}

/* Said even when quiet: what stands in the file is older than it looks. */
static void say_kept(struct sink *s)
{
	const struct tally *t = sink_tally(s);
	size_t failed = t->symbols - t->quotes;
	struct buf line;

	progress_clear(&s->progress);
	buf_init(&line, LINE_MAX_BYTES);
	buf_printf(&line, "'%.200s' is left as it was: no quote for %zu of ",
		   s->config.options->output, failed);
	buf_printf(&line, "%zu symbol%s", t->symbols,
		   t->symbols == 1 ? "" : "s");
	stats_put_kinds(t->failed, &line);
	screen_say(&s->screen, buf_text(&line));
	buf_release(&line);
}

static int end_output(struct sink *s, struct err *err)
{
	struct output *output = s->output;

	s->output = NULL;
	if (may_replace(s) || !output_replaces(output))
		return output_commit(output, err);
	output_abandon(output);
	say_kept(s);
	return 0;
}

static int end_failures(struct sink *s, struct err *err)
{
	struct failures *failures = s->failures;

	s->failures = NULL;
	return failures ? failures_save(failures,
					clock_monotonic_ns() + TAKE_NS, err)
			: 0;
}

int sink_end(struct sink *s, struct err *err)
{
	if (delivery_end(s->delivery, err) < 0 || end_output(s, err) < 0)
		return -1;
	return end_failures(s, err);
}

int64_t sink_redraw_ns(const struct sink *s)
{
	return progress_next_ns(&s->progress);
}

void sink_wait(void *sink, enum progress_wait what, int delta)
{
	struct sink *s = sink;

	progress_wait(&s->progress, what, delta);
}

void sink_say(void *sink, const char *line)
{
	struct sink *s = sink;

	screen_say(s ? &s->screen : NULL, line);
}

/* "checked: 590 ok, 2 differs, 7 none" */
static void summarize_checks(struct sink *s)
{
	const struct tally *t = sink_tally(s);
	const char *between = "checked: ";
	struct buf line;

	buf_init(&line, 512);
	for (int v = 0; v < CHECK_VERDICTS; v++) {
		if (t->checked[v] == 0)
			continue;
		buf_printf(&line, "%s%zu %s", between, t->checked[v],
			   check_verdict_name(v));
		between = ", ";
	}
	if (line.len > 0)
		sink_say(s, buf_text(&line));
	buf_release(&line);
}

void sink_summarize(struct sink *s, size_t calls)
{
	const struct options *o = s->config.options;
	const size_t *checked = sink_tally(s)->checked;
	bool is_quiet = o->is_quiet;
	/* Then it is why the run fails. */
	bool has_failed = o->is_strict &&
			  checked[CHECK_DIFFERS] + checked[CHECK_OTHER] > 0;

	progress_finish(&s->progress, sink_tally(s), calls,
			clock_monotonic_ns(), !is_quiet);
	if (!is_quiet || has_failed)
		summarize_checks(s);
}

const struct tally *sink_tally(const struct sink *s)
{
	return delivery_tally(s->delivery);
}

void sink_free(struct sink *s)
{
	if (!s)
		return;
	delivery_free(s->delivery);
	render_free(s->render);
	output_abandon(s->output);
	failures_abandon(s->failures);
	buf_release(&s->text);
	free(s);
}
