/* SPDX-License-Identifier: MIT */
#include "cli/metrics_file.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/safefile.h"
#include "base/utf8.h"
#include "cli/output.h"
#include "cli/stats.h"

enum { FILE_MAX_BYTES = 64 * 1024, NAME_COLUMNS = 100, SUFFIX_LEN = 5 };

/* For a FIFO's reader. */
#define TAKE_NS (NS_PER_SEC / 2)

#define SUCCESS "quotefetch_last_success_timestamp_seconds"

/* ---- one series ---- */

struct page {
	struct buf *out;
	const char *name; /* escaped */
};

static void put_head(const struct page *p, const char *metric, const char *help)
{
	buf_printf(p->out, "# HELP %s %s\n# TYPE %s gauge\n", metric, help,
		   metric);
}

static void put_count(const struct page *p, const char *metric,
		      const char *help, uint64_t value)
{
	put_head(p, metric, help);
	buf_printf(p->out, "%s{name=\"%s\"} %" PRIu64 "\n", metric, p->name,
		   value);
}

static void put_seconds(const struct page *p, const char *metric,
			const char *help, int64_t ms)
{
	put_head(p, metric, help);
	buf_printf(p->out, "%s{name=\"%s\"} %" PRId64 ".%03" PRId64 "\n",
		   metric, p->name, ms / 1000, ms % 1000);
}

static void put_symbols(const struct page *p, const struct tally *t)
{
	static const char metric[] = "quotefetch_last_run_symbols";

	put_head(p, metric, "Symbols of the last run, by what became of them.");
	buf_printf(p->out, "%s{name=\"%s\",result=\"Quote\"} %zu\n", metric,
		   p->name, t->quotes);
	for (int k = 0; k < ERR_KINDS; k++) {
		size_t count = err_count_named(t->failed, k);

		if (count > 0)
			buf_printf(p->out,
				   "%s{name=\"%s\",result=\"%s\"} %zu\n",
				   metric, p->name, err_kind_name(k), count);
	}
}

void metrics_file_write(const struct stats *s, const char *name, int64_t now_ms,
			int64_t success_ms, struct buf *out)
{
	const struct page p = { out, name };
	const struct metrics *m = &s->metrics;

	if (success_ms > 0)
		put_seconds(&p, SUCCESS,
			    "When a run last ended with exit status 0 or 1, "
			    "and more than old quotes.",
			    success_ms);
	put_seconds(&p, "quotefetch_last_run_timestamp_seconds",
		    "When the last run ended.", now_ms);
	put_count(&p, "quotefetch_last_run_exit_status",
		  "Exit status of the last run.", (uint64_t)s->exit_status);
	put_seconds(&p, "quotefetch_last_run_duration_seconds",
		    "How long the last run took.", s->wall_ns / NS_PER_MS);
	put_symbols(&p, &s->tally);
	put_count(&p, "quotefetch_last_run_cached",
		  "Quotes of the last run that an earlier run had.",
		  s->tally.cached);
	put_count(&p, "quotefetch_last_run_stale",
		  "Failed symbols of the last run with an old quote instead.",
		  tally_stale(&s->tally));
	put_count(&p, "quotefetch_last_run_calls",
		  "Calls of the last run, tokens included.", m->calls);
	put_count(&p, "quotefetch_last_run_token_calls",
		  "Tokens that the last run asked for.", m->token_calls);
	put_count(&p, "quotefetch_last_run_retries",
		  "Calls that the last run made again.", m->retries);
	put_count(&p, "quotefetch_last_run_refusals",
		  "Answers that said: too many calls.", m->refusals);
	put_count(&p, "quotefetch_last_run_timeouts",
		  "Calls without an answer in time.", m->timeouts);
	put_seconds(&p, "quotefetch_last_run_quota_wait_seconds",
		    "Waited for the quota, summed over the workers.",
		    s->quota_waited_ns / NS_PER_MS);
}

/* ---- the file ---- */

/* "quotes" of "/var/lib/node/quotes.prom", as a label's value. */
static void name_after(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t len = strlen(base);
	char shown[4 * NAME_COLUMNS + 1];

	if (len > SUFFIX_LEN && strcmp(base + len - SUFFIX_LEN, ".prom") == 0)
		len -= SUFFIX_LEN;
	utf8_copy_printable(base, len, shown, sizeof shown, NAME_COLUMNS);
	for (const char *p = shown; *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *p);
	}
}

/* What the old file says of the last success; 0: nothing. */
static int64_t read_success_ms(const char *path)
{
	struct buf text;
	bool is_private;
	int64_t ms = 0;
	const char *line;

	buf_init(&text, FILE_MAX_BYTES);
	if (safefile_read_path(path, &text, &is_private, NULL) > 0) {
		line = strstr(buf_text(&text), "\n" SUCCESS "{");
		line = line ? strstr(line, "} ") : NULL;
		/* Of a time in seconds, which a double holds to the
		 * microsecond. */
		ms = line ? (int64_t)(strtod(line + 2, NULL) * 1000 + 0.5) : 0;
	}
	buf_release(&text);
	return ms > 0 ? ms : 0;
}

int metrics_file_save(const struct stats *s, const char *path, int64_t now_ms,
		      struct err *err)
{
	/* Old quotes alone are no success: they would hide a broken job. */
	bool is_success = (s->exit_status == 0 || s->exit_status == 1) &&
			  (s->tally.quotes > 0 || tally_stale(&s->tally) == 0);
	struct buf name, text;
	int rc;

	buf_init(&name, FILE_MAX_BYTES);
	buf_init(&text, FILE_MAX_BYTES);
	name_after(path, &name);
	metrics_file_write(s, buf_text(&name), now_ms,
			   is_success ? now_ms : read_success_ms(path), &text);
	rc = output_print(path, false, &text, NULL,
			  clock_monotonic_ns() + TAKE_NS, err);
	buf_release(&text);
	buf_release(&name);
	return rc;
}
