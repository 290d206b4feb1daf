/* SPDX-License-Identifier: MIT */
#include "cli/stream_sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/latency.h"
#include "cli/fields.h"
#include "cli/live_table.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/screen.h"
#include "cli/style.h"
#include "model/event.h"
#include "model/record.h"
#include "model/tick.h"

/* Five times a second is as fast as people read. */
#define DRAW_NS (NS_PER_SEC / 5)

enum {
	TEXT_MAX_BYTES = 64 * 1024 * 1024,
	LINE_MAX_BYTES = 1024,
	UNWRITTEN_MAX = 4096 /* more than are rendered before a flush */
};

struct stream_sink {
	struct stream_sink_config config;
	struct buf text; /* rendered, not yet written */
	struct output *output;
	struct render *render;    /* NULL: a live table */
	struct live_table *table; /* NULL: records go out as they come */
	struct screen screen;     /* of the table */
	int64_t drawn_ns;         /* when the table was drawn, or looked at */
	uint32_t wanted;          /* numbers of a trade */
	bool tells_kinds;         /* else a line is a trade, or a poll */
	bool is_on_one_terminal;  /* table and messages */
	bool wants_latency;       /* for --stats; of records, not of a table */
	struct latency latency;
	int64_t unwritten_ns[UNWRITTEN_MAX]; /* when rendered trades had come */
	size_t unwritten;
};

static int open_table(struct stream_sink *s, const struct render_config *r,
		      struct err *err)
{
	s->is_on_one_terminal = screen_is_shared_with(output_fd(s->output));
	s->screen.draws_bar = s->is_on_one_terminal;
	s->table = live_table_new(&r->fields, &r->style, s->config.list, err);
	return s->table ? 0 : -1;
}

/* A header, where no earlier run wrote one. */
static void begin(struct stream_sink *s)
{
	if (s->render && output_is_at_start(s->output))
		render_begin(s->render);
}

/* Only a JSON object has more than the columns. */
static uint32_t find_wanted(const struct render_config *r)
{
	struct field_set fields = r->fields;

	if (r->format == FORMAT_NDJSON && !fields.is_chosen)
		fields_of_tick(&fields, r->wants_detail);
	return render_tick_wanted(&fields);
}

static int open_render(struct stream_sink *s, struct err *err)
{
	const struct options *o = s->config.options;
	bool is_terminal = output_is_terminal(s->output);
	struct render_config render = { .format = o->format,
					.is_stream = true,
					.wants_detail = o->wants_detail,
					.wants_raw = o->wants_raw,
					.style = style_of(o, is_terminal) };

	if (render.format == FORMAT_AUTO)
		render.format = is_terminal && o->events != EVENTS_OUT
					? FORMAT_TABLE
					: FORMAT_NDJSON;
	fields_of_stream(&render.fields, s->config.is_polled, o->wants_detail);
	if (o->fields && fields_parse(&render.fields, o->fields, err) < 0)
		return -1;
	s->wanted = find_wanted(&render);
	s->tells_kinds =
		render.format == FORMAT_NDJSON ||
		memchr(render.fields.field, FIELD_KIND, render.fields.count);
	if (render.format == FORMAT_TABLE &&
	    screen_is_capable(output_fd(s->output)))
		return open_table(s, &render, err);
	s->wants_latency = o->stats_file != NULL;
	s->render = render_new(&render, &s->text, err);
	if (!s->render)
		return -1;
	begin(s);
	return 0;
}

struct stream_sink *stream_sink_open(const struct stream_sink_config *config,
				     struct err *err)
{
	struct stream_sink *s = err_calloc(sizeof *s, err);

	if (!s)
		return NULL;
	s->config = *config;
	buf_init(&s->text, TEXT_MAX_BYTES);
	screen_init(&s->screen);
	s->output = output_open_appending(config->options->output,
					  config->stdout_is_closed, err);
	if (!s->output || open_render(s, err) < 0) {
		stream_sink_free(s);
		return NULL;
	}
	return s;
}

uint32_t stream_sink_wanted(const struct stream_sink *s)
{
	return s->wanted;
}

/* All that was rendered has gone out. */
static void note_written(struct stream_sink *s)
{
	int64_t now = s->unwritten > 0 ? clock_monotonic_ns() : 0;

	for (size_t i = 0; i < s->unwritten; i++)
		latency_note(&s->latency, now - s->unwritten_ns[i]);
	s->unwritten = 0;
}

static void note_tick(struct stream_sink *s, const struct tick *t)
{
	if (s->unwritten == UNWRITTEN_MAX)
		note_written(s);
	s->unwritten_ns[s->unwritten++] = t->received_ns;
}

int stream_sink_take(struct stream_sink *s, const struct record *record,
		     struct err *err)
{
	if (s->table)
		return live_table_take(s->table, record, err);
	if (!s->tells_kinds &&
	    (record->kind == RECORD_SNAPSHOT || record->kind == RECORD_REFUSED))
		return 0;
	if (s->wants_latency && record->kind == RECORD_TICK)
		note_tick(s, record->tick);
	return render_record(s->render, record, err);
}

static int write_out(struct stream_sink *s, struct stop *stop,
		     int64_t deadline_ns, struct err *err)
{
	if (s->text.len == 0)
		return 0;
	if (output_write(s->output, &s->text, stop, deadline_ns, err) < 0)
		return -1;
	note_written(s);
	return 0;
}

void stream_sink_say_above(struct stream_sink *s, const char *line)
{
	struct err why;

	if (s->is_on_one_terminal) {
		live_table_erase(s->table, &s->text);
		if (write_out(s, s->config.stop, clock_monotonic_ns() + DRAW_NS,
			      &why) < 0)
			errno = 0; /* the next flush says so */
	}
	screen_say(NULL, line);
}

/* What -q still says: who is not followed, and why nobody is. */
static bool is_told_quietly(enum event_type type)
{
	return type == EVENT_REFUSED || type == EVENT_HELD ||
	       type == EVENT_BLOCKED;
}

static void say(struct stream_sink *s, const struct event *e,
		const char *symbol)
{
	struct buf line;

	if (s->config.options->is_quiet && !is_told_quietly(e->type))
		return;
	buf_init(&line, LINE_MAX_BYTES);
	render_event_line(e, symbol, &line);
	if (line.len > 0)
		stream_sink_say_above(s, buf_text(&line));
	buf_release(&line);
}

void stream_sink_say(void *sink, const char *line)
{
	struct stream_sink *s = sink;

	screen_say(s->is_on_one_terminal ? &s->screen : NULL, line);
}

void stream_sink_tell(struct stream_sink *s, const struct event *e,
		      const char *symbol, const char *provider)
{
	switch (s->config.options->events) {
	case EVENTS_STDERR:
		say(s, e, symbol);
		break;
	case EVENTS_OUT:
		/* A refusal is a record already. */
		if (e->type != EVENT_REFUSED && e->type != EVENT_FOLLOWED)
			render_event(e, symbol, provider, &s->text);
		break;
	case EVENTS_NONE:
		break;
	}
}

/* When the table is looked at next, though nothing has come. */
static int64_t redraw_ns(const struct stream_sink *s)
{
	return s->table ? s->drawn_ns + DRAW_NS : CLOCK_NEVER;
}

static int draw(struct stream_sink *s, struct err *err)
{
	int fd = output_fd(s->output);
	int columns = screen_columns(fd), rows = screen_rows(fd);

	s->drawn_ns = clock_monotonic_ns();
	if (s->is_on_one_terminal && !screen_shows_bar(&s->screen))
		live_table_forget(s->table); /* somebody wrote below it */
	if (!live_table_is_due(s->table, columns, rows))
		return 0;
	screen_note_drawn(&s->screen);
	return live_table_draw(s->table, columns > 0 ? columns : 80,
			       rows > 0 ? rows : 24, &s->text, err);
}

int stream_sink_flush(struct stream_sink *s, struct stop *stop,
		      int64_t deadline_ns, struct err *err)
{
	if (s->table && clock_monotonic_ns() >= redraw_ns(s) &&
	    draw(s, err) < 0)
		return -1;
	if (buf_check(&s->text, ERR_SYSTEM, err) < 0)
		return -1;
	return write_out(s, stop, deadline_ns, err);
}

int stream_sink_wait(const struct stream_sink *s, struct pollfd *p,
		     nfds_t count, int64_t wake_ns, struct err *err)
{
	p[0] = (struct pollfd){ .fd = output_fd(s->output) };
	wake_ns = earlier(wake_ns, redraw_ns(s));
	if (poll(p, count, clock_poll_ms(clock_monotonic_ns(), wake_ns)) <= 0 ||
	    !(p[0].revents & (POLLERR | POLLNVAL)))
		return 0;
	err_set(err, ERR_OUTPUT, "the reader has left");
	err->code = EPIPE;
	return -1;
}

int stream_sink_reopen(struct stream_sink *s, struct err *err)
{
	struct output *fresh;

	if (output_is_stdout(s->config.options->output))
		return 0;
	fresh = output_open_appending(s->config.options->output, false, err);
	if (!fresh)
		return -1;
	output_abandon(s->output);
	s->output = fresh;
	begin(s);
	return 0;
}

int stream_sink_end(struct stream_sink *s, struct err *err)
{
	struct output *output = s->output;

	/* What was seen last stays on the screen, but for the ^C below it. */
	if (s->table && draw(s, err) < 0)
		return -1;
	if (s->table)
		buf_puts(&s->text, SCREEN_ERASE);
	if (buf_check(&s->text, ERR_SYSTEM, err) < 0 ||
	    write_out(s, NULL, clock_monotonic_ns() + STREAM_SINK_LAST_NS,
		      err) < 0)
		return -1;
	s->output = NULL;
	return output_commit(output, err);
}

const struct latency *stream_sink_latency(const struct stream_sink *s)
{
	return &s->latency;
}

void stream_sink_free(struct stream_sink *s)
{
	if (!s)
		return;
	render_free(s->render);
	live_table_free(s->table);
	output_abandon(s->output);
	buf_release(&s->text);
	free(s);
}
