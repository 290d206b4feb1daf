/* SPDX-License-Identifier: MIT */
/* wrap: malloc calloc realloc strdup strndup free */
#define _XOPEN_SOURCE 700 /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/sync.h"
#include "cli/delivery.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/render.h"
#include "cli/symbol_list.h"
#include "temp_dir.h"
#include "memory.h"

/* ---- a desk: all that a delivery borrows ---- */

static const char *const sources[] = { "kis", "alpaca" };

struct desk {
	struct symbol_list *list;
	struct buf text;
	struct render *render;
	struct output *output;
	struct progress progress;
	struct stop stop;
	struct delivery *delivery;
	int reader; /* the other end of the output */
};

/* A letter an entry: a symbol, or '?' what is none. */
static struct symbol_list *make_list(const char *entries)
{
	struct err err;
	struct symbol_list *list = symbol_list_new(&err);

	for (; *entries; entries++) {
		struct symbol s = { .code = "", .market = MARKET_KR };

		s.code[0] = *entries;
		assert_int_equal(*entries == '?' ?
					 symbol_list_add_invalid(list, "?", 1, "odd", &err) :
					 symbol_list_add(list, &s, false, &err),
				 0);
	}
	return list;
}

/* The output is a FIFO, which the test reads when it likes to. */
static void set_up(struct desk *d, const char *entries, enum format format,
		   bool keeps_order, int64_t deadline_ns)
{
	struct render_config render = { .format = format, .style = { .hides_header = true } };
	struct delivery_config config = { .source = sources,
					  .source_count = 2,
					  .deadline_ns = deadline_ns,
					  .keeps_order = keeps_order };
	struct err err;

	*d = (struct desk){ .list = make_list(entries) };
	remove("fifo");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	d->reader = open("fifo", O_RDONLY | O_NONBLOCK);
	d->output = output_open("fifo", false, &err);
	assert_non_null(d->output);
	assert_int_equal(stop_init(&d->stop, &err), 0);
	buf_init(&d->text, 1 << 20);
	assert_int_equal(fields_parse(&render.fields, "symbol,price,error_type,msg1", &err), 0);
	d->render = render_new(&render, &d->text, &err);
	progress_init(&d->progress, PROGRESS_NONE, true, false, NULL, SIZE_MAX, 0);
	config.list = d->list;
	config.render = d->render;
	config.text = &d->text;
	config.output = d->output;
	config.progress = &d->progress;
	config.stop = &d->stop;
	d->delivery = delivery_new(&config, &err);
	assert_non_null(d->delivery);
}

static void clear_up(struct desk *d)
{
	delivery_free(d->delivery);
	render_free(d->render);
	output_abandon(d->output);
	buf_release(&d->text);
	stop_destroy(&d->stop);
	symbol_list_free(d->list);
	if (d->reader >= 0)
		close(d->reader);
}

/* A result for the symbols, each where it is first in the list. */
static struct result *answer(const struct desk *d, const char *symbols)
{
	struct request *request = request_new(strlen(symbols));
	struct result *result;

	for (const char *s = symbols; *s; s++) {
		uint32_t i = 0;

		while (symbol_list_at(d->list, i)->code[0] != *s)
			i++;
		request->item[request->count++] =
			(struct request_item){ .index = i,
					       .symbol = *symbol_list_at(d->list, i) };
	}
	result = result_new(request);
	for (size_t k = 0; k < request->count; k++) {
		char c = symbols[k];

		if (c >= 'a' && c <= 'z')
			err_set(&result->outcome[k].err, ERR_NOT_FOUND, "no %c", c);
		else
			result->outcome[k].has_quote = true;
		/* A price of its own, that only lives as long as the result. */
		result->outcome[k].quote.number[QUOTE_PRICE] =
			arena_copy(&result->texts, (char[]){ '1', (char)('0' + c % 10) }, 2);
	}
	return result;
}

static int take(struct desk *d, const char *symbols, struct err *err)
{
	return delivery_take(d->delivery, answer(d, symbols), err);
}

/* Reads what has been written so far, as the first column of each line. */
static const char *seen(struct desk *d, char *out)
{
	static char text[1 << 16];
	ssize_t n = read(d->reader, text, sizeof text - 1);
	size_t len = 0;

	text[n > 0 ? n : 0] = '\0';
	for (char *line = text; *line; line = strchr(line, '\n') + 1) {
		assert_non_null(strchr(line, '\n'));
		out[len++] = *line;
	}
	out[len] = '\0';
	return out;
}

/* ---- order ---- */

struct step {
	const char *take; /* "": the beginning */
	const char *want; /* what is then on the output */
};

static void records_go_out(void **state)
{
	static const struct {
		const char *name, *entries;
		bool keeps_order;
		struct step step[5];
	} rows[] = {
		{ "as they come", "ABC", false, { { "", "" }, { "C", "C" }, { "AB", "AB" } } },
		{ "in order", "ABC", true, { { "", "" }, { "C", "" }, { "AB", "ABC" } } },
		{ "as soon as their turn comes", "ABCD", true,
		  { { "", "" }, { "A", "A" }, { "C", "" }, { "B", "BC" }, { "D", "D" } } },
		{ "repeated", "ABA", false, { { "", "" }, { "A", "AA" }, { "B", "B" } } },
		{ "repeated, in order", "ABAB", true, { { "", "" }, { "B", "" }, { "A", "ABAB" } } },
		{ "repeated, partly in order", "ABAC", true,
		  { { "", "" }, { "A", "A" }, { "B", "BA" }, { "C", "C" } } },
		{ "invalid first", "A?B?", false, { { "", "??" }, { "A", "A" }, { "B", "B" } } },
		{ "invalid in order", "?A?B?", true,
		  { { "", "?" }, { "B", "" }, { "A", "A?B?" } } },
		{ "nothing but invalid", "???", true, { { "", "???" } } },
		{ "nothing at all", "", true, { { "", "" } } },
		{ "failures too", "aBa", true, { { "", "" }, { "a", "a" }, { "B", "Ba" } } },
	};
	char got[200];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct step *step = rows[i].step;
		struct err err;
		struct desk d;

		print_message("# %s\n", rows[i].name);
		set_up(&d, rows[i].entries, FORMAT_TSV, rows[i].keeps_order, CLOCK_NEVER);
		for (size_t n = 0; n < 5 && step[n].take; n++) {
			assert_int_equal(n == 0 ? delivery_begin(d.delivery, &err) :
						  take(&d, step[n].take, &err),
					 0);
			assert_int_equal(delivery_flush(d.delivery, &err), 0);
			assert_string_equal(seen(&d, got), step[n].want);
		}
		assert_int_equal(delivery_end(d.delivery, &err), 0);
		assert_string_equal(seen(&d, got), "");
		assert_int_equal(delivery_tally(d.delivery)->symbols, strlen(rows[i].entries));
		clear_up(&d);
	}
}

static void record_is_its_own_symbol_s(void **state)
{
	char text[1000];
	struct err err;
	struct desk d;
	ssize_t n;

	(void)state;
	set_up(&d, "Ab?A", FORMAT_TSV, true, CLOCK_NEVER);
	assert_int_equal(delivery_begin(d.delivery, &err), 0);
	assert_int_equal(take(&d, "bA", &err), 0);
	assert_int_equal(delivery_end(d.delivery, &err), 0);
	n = read(d.reader, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	assert_string_equal(text, "A\t15\t\t\n"
				  "b\t\tNotFound\tError: no b\n"
				  "?\t\tInput\tError: odd\n"
				  "A\t15\t\t\n");
	assert_int_equal(delivery_tally(d.delivery)->quotes, 2);
	assert_int_equal(delivery_tally(d.delivery)->failed[ERR_NOT_FOUND], 1);
	assert_int_equal(delivery_tally(d.delivery)->failed[ERR_INPUT], 1);
	clear_up(&d);
}

/* ---- any list, any order of completion ---- */

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % sides;
}

/* Each symbol of the list once, in any order. */
static void shuffle_symbols(const char *entries, char *out)
{
	size_t len = 0;

	for (; *entries; entries++)
		if (*entries != '?' && !memchr(out, *entries, len))
			out[len++] = *entries;
	out[len] = '\0';
	for (size_t i = len; i > 1; i--) {
		size_t j = dice((uint32_t)i);
		char c = out[i - 1];

		out[i - 1] = out[j];
		out[j] = c;
	}
}

static int compare_chars(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

static void every_entry_exactly_once(void **state)
{
	(void)state;
	for (uint32_t round = 0; round < 200; round++) {
		char entries[60] = "", todo[60], part[60], got[200] = "", *at = todo;
		bool keeps_order = round % 2;
		struct err err;
		struct desk d;

		seed = round;
		for (uint32_t n = dice(50); n > 0; n--)
			entries[n - 1] = "ABCDEFGHIJklmnop??"[dice(18)];
		shuffle_symbols(entries, todo);
		set_up(&d, entries, FORMAT_TSV, keeps_order, CLOCK_NEVER);
		assert_int_equal(delivery_begin(d.delivery, &err), 0);
		while (*at) {
			size_t left = strlen(at), count = 1 + dice((uint32_t)left);

			snprintf(part, sizeof part, "%.*s", (int)count, at);
			assert_int_equal(take(&d, part, &err), 0);
			at += count;
		}
		assert_int_equal(delivery_end(d.delivery, &err), 0);
		seen(&d, got);
		if (!keeps_order) {
			qsort(got, strlen(got), 1, compare_chars);
			qsort(entries, strlen(entries), 1, compare_chars);
		}
		assert_string_equal(got, entries);
		clear_up(&d);
	}
}

/* What waits for its turn when all ends is freed. */
static void unfinished_is_freed(void **state)
{
	struct err err;
	struct desk d;

	(void)state;
	set_up(&d, "ABCABC", FORMAT_TSV, true, CLOCK_NEVER);
	assert_int_equal(delivery_begin(d.delivery, &err), 0);
	assert_int_equal(take(&d, "CB", &err), 0);
	clear_up(&d);
	delivery_free(NULL);
}

static void document_is_closed(void **state)
{
	static const char *const wants[] = { "[\n]\n", "[\n{\"symbol\":\"A\"" };
	char text[500];
	struct err err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct desk d;
		ssize_t n;

		set_up(&d, i ? "A" : "", FORMAT_JSON, false, CLOCK_NEVER);
		assert_int_equal(delivery_begin(d.delivery, &err), 0);
		if (i)
			assert_int_equal(take(&d, "A", &err), 0);
		assert_int_equal(delivery_end(d.delivery, &err), 0);
		n = read(d.reader, text, sizeof text - 1);
		text[n > 0 ? n : 0] = '\0';
		assert_memory_equal(text, wants[i], strlen(wants[i]));
		assert_string_equal(text + n - 2, "]\n");
		clear_up(&d);
	}
}

/* ---- an output that takes no more ---- */

/* Enough to fill any pipe. */
static int take_much(struct desk *d, int times, struct err *err)
{
	while (times-- > 0)
		if (take(d, "A", err) < 0 || delivery_flush(d->delivery, err) < 0)
			return -1;
	return 0;
}

enum {
	ENTRIES = 5000, /* of 'A': less than a piece, more than two pages */
	MUCH = 20       /* times that: more than a pipe */
};

static void set_up_much(struct desk *d, int64_t deadline_ns)
{
	char entries[ENTRIES + 1];
	struct err err;

	memset(entries, 'A', ENTRIES);
	entries[ENTRIES] = '\0';
	set_up(d, entries, FORMAT_TSV, false, deadline_ns);
	assert_int_equal(delivery_begin(d->delivery, &err), 0);
}

static void sleeping_reader_is_left_at_the_deadline(void **state)
{
	struct err err;
	struct desk d;

	(void)state;
	set_up_much(&d, 0);
	assert_int_equal(take_much(&d, MUCH, &err), -1);
	assert_int_equal(err.kind, ERR_OUTPUT);
	assert_int_equal(err.code, ETIMEDOUT);
	clear_up(&d);
}

static void gone_reader_is_seen(void **state)
{
	struct err err;
	struct desk d;

	(void)state;
	set_up_much(&d, CLOCK_NEVER);
	close(d.reader);
	d.reader = -1;
	assert_int_equal(take_much(&d, 1, &err), -1);
	assert_int_equal(err.kind, ERR_OUTPUT);
	assert_int_equal(err.code, EPIPE);
	clear_up(&d);
}

struct stuck {
	struct desk desk;
	int rc;
	struct err err;
};

static void *take_once(void *arg)
{
	struct stuck *s = arg;

	s->rc = take_much(&s->desk, 1, &s->err);
	return NULL;
}

/* Fills the FIFO but for two pages; returns how much is in it. */
static size_t fill_fifo(const struct desk *d, int fd)
{
	static char page[4096];
	size_t len = 0;
	ssize_t n;

	while ((n = write(fd, page, sizeof page)) > 0)
		len += (size_t)n;
	for (int i = 0; i < 2; i++)
		len -= (size_t)read(d->reader, page, sizeof page);
	return len;
}

/* A stop ends the wait; what was rendered by then still goes out, whole. */
static void stop_wakes_and_loses_nothing(void **state)
{
	static char text[1 << 20];
	struct pollfd fifo = { .events = POLLOUT };
	struct stuck s;
	struct thread thread;
	size_t junk, len = 0;
	ssize_t n;

	(void)state;
	set_up_much(&s.desk, CLOCK_NEVER);
	fifo.fd = open("fifo", O_WRONLY | O_NONBLOCK);
	junk = fill_fifo(&s.desk, fifo.fd);
	assert_int_equal(thread_start(&thread, take_once, &s, &s.err), 0);
	while (poll(&fifo, 1, 0) == 1)
		sched_yield(); /* until it has filled the rest, and so waits */
	stop_request(&s.desk.stop, SIGINT);
	thread_join(&thread);
	assert_int_equal(s.rc, 0);
	assert_true(s.desk.text.len > 0);

	while ((n = read(s.desk.reader, text + len, sizeof text - len)) > 0)
		len += (size_t)n;
	assert_int_equal(delivery_end(s.desk.delivery, &s.err), 0);
	while ((n = read(s.desk.reader, text + len, sizeof text - len)) > 0)
		len += (size_t)n;
	assert_int_equal(len - junk, ENTRIES * 7);
	for (size_t i = 0; i < ENTRIES; i++)
		assert_memory_equal(text + junk + i * 7, "A\t15\t\t\n", 7);
	close(fifo.fd);
	clear_up(&s.desk);
}

/* Which sources were asked before, and why each was of no use. */
static void record_names_who_was_tried(void **state)
{
	struct result *result;
	char text[500];
	struct desk d;
	struct err err;
	ssize_t n;

	(void)state;
	set_up(&d, "A", FORMAT_NDJSON, false, CLOCK_NEVER);
	render_free(d.render);
	{
		struct render_config render = { .format = FORMAT_NDJSON };
		struct delivery_config config = { .list = d.list,
						  .source = sources,
						  .source_count = 2,
						  .text = &d.text,
						  .output = d.output,
						  .progress = &d.progress,
						  .stop = &d.stop,
						  .deadline_ns = CLOCK_NEVER };

		assert_int_equal(fields_parse(&render.fields, "tried,provider", &err), 0);
		d.render = config.render = render_new(&render, &d.text, &err);
		delivery_free(d.delivery);
		d.delivery = delivery_new(&config, &err);
	}
	assert_int_equal(delivery_begin(d.delivery, &err), 0);
	result = answer(&d, "A");
	result->provider = "upbit";
	result->request->item[0].tried_count = 2;
	result->request->item[0].tried[0] = (struct tried){ 1, ERR_TIMEOUT };
	result->request->item[0].tried[1] = (struct tried){ 0, ERR_NOT_FOUND };
	assert_int_equal(delivery_take(d.delivery, result, &err), 0);
	assert_int_equal(delivery_end(d.delivery, &err), 0);
	n = read(d.reader, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	assert_string_equal(text, "{\"tried\":\"alpaca:Timeout kis:NotFound\",\"provider\":\"upbit\"}\n");
	clear_up(&d);
}

static void lack_of_memory_is_said(void **state)
{
	static const bool keeps_order[] = { false, true };
	struct delivery_config config = { .source = sources,
					  .source_count = 2 };
	struct delivery *none;
	struct err err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		config.list = make_list("AB");
		config.keeps_order = keeps_order[i];
		memory_is_gone();
		none = delivery_new(&config, &err);
		memory_is_back();
		assert_null(none);
		assert_int_equal(err.kind, ERR_SYSTEM);
		symbol_list_free((struct symbol_list *)config.list);
	}
}

#define IN_DIR(f) cmocka_unit_test_setup_teardown(f, enter_temp_dir, leave_temp_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(records_go_out),
		IN_DIR(record_is_its_own_symbol_s),
		IN_DIR(every_entry_exactly_once),
		IN_DIR(unfinished_is_freed),
		IN_DIR(document_is_closed),
		IN_DIR(sleeping_reader_is_left_at_the_deadline),
		IN_DIR(gone_reader_is_seen),
		IN_DIR(stop_wakes_and_loses_nothing),
		IN_DIR(record_names_who_was_tried),
		cmocka_unit_test(lack_of_memory_is_said),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
