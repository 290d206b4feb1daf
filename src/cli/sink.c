#include "cli/sink.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/delivery.h"
#include "cli/fields.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/render.h"
#include "cli/symbol_list.h"

enum { TEXT_MAX_BYTES = 1 << 30 };

struct sink {
	struct sink_config config;
	struct buf text; /* rendered, not yet written */
	struct output *output;
	struct render *render;
	struct progress progress;
	struct delivery *delivery;
};

static bool wants_color(const struct options *o, bool is_terminal)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return is_terminal && !(no_color && *no_color) && term &&
	       strcmp(term, "dumb") != 0;
}

static int open_render(struct sink *s, struct err *err)
{
	const struct options *o = s->config.options;
	bool is_terminal = output_is_terminal(s->output);
	struct render_config render = { .format = o->format,
					.hides_header = o->hides_header,
					.has_color =
						wants_color(o, is_terminal) };

	if (render.format == FORMAT_AUTO)
		render.format = is_terminal ? FORMAT_TABLE : FORMAT_JSON;
	fields_default(&render.fields, o->wants_detail, o->wants_raw);
	if (o->fields && fields_parse(&render.fields, o->fields, err) < 0)
		return -1;
	s->render = render_new(&render, &s->text, err);
	return s->render ? 0 : -1;
}

static int open_delivery(struct sink *s, struct err *err)
{
	const struct sink_config *c = &s->config;
	const struct options *o = c->options;
	const struct delivery_config delivery = { .list = c->list,
						  .provider = c->provider,
						  .render = s->render,
						  .text = &s->text,
						  .output = s->output,
						  .progress = &s->progress,
						  .stop = c->stop,
						  .deadline_ns = c->deadline_ns,
						  .keeps_order =
							  o->keep_order };

	progress_init(&s->progress, o->progress, o->is_quiet,
		      wants_color(o, isatty(STDERR_FILENO)),
		      symbol_list_count(c->list), c->started_ns);
	s->delivery = delivery_new(&delivery, err);
	return s->delivery ? 0 : -1;
}

struct sink *sink_open(const struct sink_config *config, struct err *err)
{
	struct sink *s = calloc(1, sizeof *s);

	if (!s) {
		err_no_memory(err);
		return NULL;
	}
	s->config = *config;
	buf_init(&s->text, TEXT_MAX_BYTES);
	s->output = output_open(config->options->output,
				config->stdout_is_closed, err);
	if (!s->output || open_render(s, err) < 0 || open_delivery(s, err) < 0)
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

int sink_end(struct sink *s, struct err *err)
{
	struct output *output = s->output;

	if (delivery_end(s->delivery, err) < 0)
		return -1;
	s->output = NULL;
	return output_commit(output, err);
}

void sink_summarize(struct sink *s, size_t calls)
{
	progress_finish(&s->progress, sink_tally(s)->failed, calls,
			clock_monotonic_ns(), !s->config.options->is_quiet);
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
	buf_release(&s->text);
	free(s);
}
