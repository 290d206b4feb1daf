/* SPDX-License-Identifier: MIT */
#include "cli/stats.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/descriptor.h"
#include "cli/output.h"
#include "net/json_write.h"

enum { STATS_MAX_BYTES = 64 * 1024 };

/* A reader of the counts, if they go into a pipe. */
#define PATIENCE_NS (NS_PER_SEC / 2)

size_t tally_stale(const struct tally *t)
{
	size_t sum = 0;

	for (int k = 0; k < ERR_KINDS; k++)
		sum += t->stale[k];
	return sum;
}

void stats_put_kinds(const size_t *kinds, struct buf *out)
{
	const char *join = " (";

	for (int k = 0; k < ERR_KINDS; k++) {
		size_t count = err_count_named(kinds, k);

		if (count == 0)
			continue;
		buf_printf(out, "%s%zu %s", join, count, err_kind_name(k));
		join = ", ";
	}
	if (*join == ',')
		buf_putc(out, ')');
}

/* With three decimals; a duration, not money. */
static void put_duration(struct json_writer *w, const char *key, double value)
{
	char text[48];

	snprintf(text, sizeof text, "%.3f", value);
	json_key(w, key);
	json_put_decimal(w, text);
}

static void put_ms(struct json_writer *w, const char *key, int64_t ns)
{
	put_duration(w, key, (double)ns / (double)NS_PER_MS);
}

static void put_latency(struct json_writer *w, const struct latency *l)
{
	json_key(w, "latency_ms");
	json_begin_object(w);
	put_duration(w, "p50", latency_ms(l, 0.50));
	put_duration(w, "p95", latency_ms(l, 0.95));
	put_duration(w, "p99", latency_ms(l, 0.99));
	put_duration(w, "max", (double)l->max_us / 1000.0);
	json_end_object(w);
}

static void put_errors(struct json_writer *w, const struct tally *t)
{
	json_key(w, "errors");
	json_begin_object(w);
	for (int k = 0; k < ERR_KINDS; k++) {
		size_t count = err_count_named(t->failed, k);

		if (count > 0)
			json_add_integer(w, err_kind_name(k), count);
	}
	json_end_object(w);
}

static void put_polls(struct json_writer *w, const struct stats_polls *p)
{
	json_key(w, "polls");
	json_begin_object(w);
	json_add_integer(w, "rounds", p->rounds);
	json_add_integer(w, "late", p->late);
	json_add_integer(w, "skipped", p->skipped);
	json_add_integer(w, "unchanged", p->unchanged);
	json_end_object(w);
}

static void put_batch(struct json_writer *w, const struct stats *s)
{
	const struct metrics *m = &s->metrics;

	json_add_integer(w, "symbols", s->tally.symbols);
	json_add_integer(w, "quotes", s->tally.quotes);
	json_add_integer(w, "failed", s->tally.symbols - s->tally.quotes);
	put_errors(w, &s->tally);
	json_add_integer(w, "cached", s->tally.cached);
	json_add_integer(w, "stale", tally_stale(&s->tally));
	json_add_integer(w, "requests", m->requests);
	json_add_integer(w, "attempts", m->attempts);
	json_add_integer(w, "calls", m->calls);
	json_add_integer(w, "retries", m->retries);
	json_add_integer(w, "refusals", m->refusals);
	json_add_integer(w, "timeouts", m->timeouts);
	json_add_integer(w, "token_calls", m->token_calls);
	json_add_integer(w, "connections", m->connections);
	json_add_integer(w, "bytes", m->bytes);
	json_add_integer(w, "workers", s->workers);
	put_latency(w, &m->latency);
	put_ms(w, "quota_wait_ms", s->quota_waited_ns);
}

static void put_moment(struct json_writer *w, const char *key, int64_t real_ms)
{
	char text[CLOCK_TEXT_BYTES];

	json_key(w, key);
	if (real_ms == 0) {
		json_put_null(w);
		return;
	}
	clock_format_kst(real_ms, text);
	json_put_string(w, text);
}

static void put_stream(struct json_writer *w, const struct stats_stream *s)
{
	const struct stream_counts *c = &s->counts;
	const struct {
		const char *key;
		size_t count;
	} rows[] = {
		{ "symbols", s->symbols },
		{ "followed", s->followed },
		{ "sessions", c->sessions },
		{ "frames", c->frames },
		{ "ticks", c->ticks },
		{ "written", s->written },
		{ "merged", s->merged },
		{ "events_lost", s->events_lost },
		{ "gaps", c->gaps },
		{ "missed_trades", (size_t)c->missed_trades },
		{ "unexplained", c->unexplained },
		{ "reordered", c->reordered },
		{ "unasked", c->aliens },
		{ "bad_records", c->bad_records },
		{ "bad_frames", c->bad_frames },
		{ "unknown_frames", c->unknown_frames },
		{ "pings", c->pings },
		{ "pingpongs", c->heartbeats },
		{ "acks", c->answers },
		{ "refused", s->refused },
	};

	json_key(w, "stream");
	json_begin_object(w);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		json_add_integer(w, rows[i].key, rows[i].count);
	put_duration(w, "uptime_sec",
		     (double)c->uptime_ns / (double)NS_PER_SEC);
	put_ms(w, "max_heartbeat_ms", c->slowest_answer_ns);
	put_latency(w, &s->latency);
	put_moment(w, "last_message_at", c->last_message_ms);
	json_end_object(w);
}

void stats_write(const struct stats *s, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_begin_object(&w);
	if (s->stream)
		put_stream(&w, s->stream);
	else
		put_batch(&w, s);
	put_ms(&w, "wall_ms", s->wall_ns);
	if (s->polls.rounds > 0)
		put_polls(&w, &s->polls);
	json_add_integer(&w, "exit_status", s->exit_status);
	json_end_object(&w);
	buf_putc(out, '\n');
}

/* By whatever name the records went there. A descriptor is written after them,
 * and replaces nothing. */
static bool holds_records(const char *path, const char *records_path)
{
	struct stat stats, records;

	if (output_is_stdout(path) || descriptor_of_path(path) >= 0)
		return false;
	if (output_is_stdout(records_path))
		records_path = NULL;
	return stat(path, &stats) == 0 && S_ISREG(stats.st_mode) &&
	       (records_path ? stat(records_path, &records)
			     : fstat(STDOUT_FILENO, &records)) == 0 &&
	       stats.st_ino == records.st_ino && stats.st_dev == records.st_dev;
}

int stats_save(const struct stats *s, const char *path,
	       const char *records_path, struct err *err)
{
	struct buf text;
	int rc;

	if (holds_records(path, records_path))
		return err_set(err, ERR_OUTPUT,
			       "cannot write '%s': it holds the records", path);
	buf_init(&text, STATS_MAX_BYTES);
	stats_write(s, &text);
	rc = output_print(path, false, &text, NULL,
			  clock_monotonic_ns() + PATIENCE_NS, err);
	buf_release(&text);
	return rc;
}
