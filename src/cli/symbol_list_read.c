/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/complaints.h"
#include "cli/line_reader.h"
#include "cli/list_row.h"
#include "cli/options.h"
#include "cli/symbol_list.h"

enum {
	SHOWN_COLUMNS = 60, /* of a file name or market in a message */
	SHOWN_BYTES = SHOWN_COLUMNS * 4 + 4
};

/* What reading needs to know, wherever a symbol comes from. */
struct intake {
	struct symbol_list *list;
	const struct symbol_list *old; /* NULL: it is read for the first time */
	struct stop *stop;
	int64_t deadline_ns;
	bool skips_invalid;
	bool prefers_all;          /* the file is the one of --priority */
	bool is_passing;           /* it cannot be read again */
	struct list_layout layout; /* of the file that is read */
};

static int read_market(const struct list_row *row, enum market *market,
		       struct err *err)
{
	char shown[SHOWN_BYTES];

	*market = MARKET_NONE;
	if (row->market.len == 0)
		return 0;
	*market = market_from_word(row->market.text, row->market.len);
	if (*market != MARKET_NONE)
		return 0;
	utf8_copy_printable(row->market.text, row->market.len, shown,
			    sizeof shown, SHOWN_COLUMNS);
	if (row->columns > 2)
		return err_set(err, ERR_INPUT,
			       "unknown market '%s': a list of other columns "
			       "needs a first line that names 'symbol'",
			       shown);
	return err_set(err, ERR_INPUT, "unknown market '%s'", shown);
}

/* Whether the cut took away a column that is needed. */
static bool is_cut_short(const struct list_layout *layout,
			 const struct list_row *row)
{
	size_t last = layout->has_market && layout->market > layout->symbol
			      ? layout->market
			      : layout->symbol;

	return !layout->has_header || row->columns <= last + 1;
}

/* What is in no encoding of ours is most often in one of these. */
static void hint_at_encoding(struct span s, struct err *err)
{
	struct err why = *err;

	if (!utf8_is_valid(s.text, s.len) && !memchr(s.text, '\0', s.len))
		err_set(err, why.kind, "%s (is it CP949? iconv -f cp949)",
			why.msg);
}

/* A name may have blanks: without columns or quotes it is all of the line. */
static struct span name_in(const struct list_layout *layout, struct span line,
			   const struct list_row *row)
{
	bool is_cell =
		layout->has_header ||
		(memchr(line.text, '"', line.len) && row->market.len == 0);

	return is_cell ? row->symbol : line;
}

/* is_cut: the line is longer than the text. */
static int parse_entry(const struct intake *in, struct span text, bool is_cut,
		       struct list_row *row, struct symbol *out,
		       struct err *err)
{
	bool has_symbol = list_row_read(&in->layout, text.text, text.len, row);
	enum market market;
	struct span name;
	struct err why;
	int rc;

	if (is_cut && is_cut_short(&in->layout, row))
		return err_set(err, ERR_INPUT, "longer than %d bytes",
			       LINE_MAX_BYTES);
	if (!has_symbol)
		return err_set(err, ERR_INPUT,
			       "too few columns: the symbol's is number %zu",
			       in->layout.symbol + 1);
	if (read_market(row, &market, err) == 0 &&
	    symbol_parse(row->symbol.text, row->symbol.len, market, out, err) ==
		    0)
		return 0;
	name = name_in(&in->layout, text, row);
	rc = symbol_list_find_name(in->list, name.text, name.len, out, &why);
	if (rc < 0)
		*err = why;
	else if (rc == 0)
		hint_at_encoding(text, err);
	return rc > 0 ? 0 : -1;
}

/* Of a row among others, what says the same on a line of its own. */
static int note_input(const struct intake *in, struct span text,
		      const struct list_row *row, struct err *err)
{
	char input[LINE_MAX_BYTES + 1];

	if (in->layout.has_header) {
		int made = snprintf(input, sizeof input, "%.*s%s%.*s",
				    (int)row->symbol.len, row->symbol.text,
				    row->market.len ? "," : "",
				    (int)row->market.len, row->market.text);

		text = (struct span){ input, (size_t)made };
	}
	return symbol_list_note_input(in->list, text.text, text.len, err);
}

/* Adds what a line or an argument says, if it says anything.
 * Errors: INPUT, unless invalid ones are skipped; SYSTEM. */
static int take_entry(const struct intake *in, const struct line *line,
		      struct err *err)
{
	struct span text = span_trim((struct span){ line->text, line->len });
	bool is_cut = line->is_cut;
	bool has_priority = false;
	const char *comment;
	struct list_row row;
	struct symbol symbol;
	struct err why;
	size_t before;
	int rc;

	/* In a row among others, a '#' may be part of a name. */
	comment =
		text.len > 0 && (!in->layout.has_header || text.text[0] == '#')
			? memchr(text.text, '#', text.len)
			: NULL;
	if (comment) {
		text.len = (size_t)(comment - text.text);
		is_cut = false;
		text = span_trim(text);
	}
	if (text.len == 0 && !is_cut)
		return 0;
	if (text.len > 0 && text.text[0] == '!') {
		has_priority = true;
		text = span_trim(span_skip(text, 1));
	}
	rc = parse_entry(in, text, is_cut, &row, &symbol, &why);
	if (rc < 0 && in->skips_invalid)
		return symbol_list_add_invalid(in->list, text.text, text.len,
					       why.msg, err);
	if (rc < 0) {
		*err = why;
		return -1;
	}
	before = symbol_list_count(in->list);
	if ((in->prefers_all ? symbol_list_prefer(in->list, &symbol, err)
			     : symbol_list_add(in->list, &symbol, has_priority,
					       err)) < 0)
		return -1;
	if (symbol_list_count(in->list) == before)
		return 0;
	if (in->is_passing)
		symbol_list_note_passing(in->list, (uint32_t)before);
	return note_input(in, text, &row, err);
}

/* What is no symbol is told with all others that are none.
 * Errors: INPUT (too many of them), SYSTEM, and whatever err is otherwise. */
static int complain(const struct intake *in, struct err *err)
{
	if (err->kind != ERR_INPUT)
		return -1;
	return complaints_add(symbol_list_complaints(in->list), err->msg, err);
}

static int take_argument(const struct intake *in, const char *text,
			 struct err *err)
{
	struct line line = { text, strlen(text), false };
	size_t before = symbol_list_count(in->list);
	char shown[SHOWN_BYTES];

	if (line.len > LINE_MAX_BYTES) {
		line.len = LINE_MAX_BYTES;
		line.is_cut = true;
	}
	utf8_copy_printable(text, line.len, shown, sizeof shown, SHOWN_COLUMNS);
	if (take_entry(in, &line, err) < 0) {
		err_wrap(err, "%s", shown);
		return complain(in, err);
	}
	if (symbol_list_count(in->list) > before)
		return 0;
	if (in->skips_invalid)
		return symbol_list_add_invalid(in->list, text, line.len,
					       "empty symbol", err);
	err_set(err, ERR_INPUT, "'%s': empty symbol", shown);
	return complain(in, err);
}

/* The first line that says anything may be a header. */
static bool take_header(struct intake *in, const struct line *line)
{
	const struct span text =
		span_trim((struct span){ line->text, line->len });

	return list_layout_read(&in->layout, text.text, text.len);
}

static bool is_silent(const struct line *line)
{
	const struct span text =
		span_trim((struct span){ line->text, line->len });

	return !line->is_cut && (text.len == 0 || text.text[0] == '#');
}

/* shown: how messages name the file. */
static int take_lines(struct intake *in, int fd, const char *shown,
		      struct err *err)
{
	struct line_reader *reader = malloc(sizeof *reader);
	bool is_first = true;
	struct line line;
	int rc;

	if (!reader)
		return err_no_memory(err);
	in->layout = (struct list_layout){ .has_header = false };
	line_reader_init(reader, fd, in->stop, in->deadline_ns);
	while ((rc = line_reader_next(reader, &line, err)) > 0) {
		if (is_silent(&line))
			continue;
		if (is_first && take_header(in, &line)) {
			is_first = false;
			continue;
		}
		is_first = false;
		if (take_entry(in, &line, err) == 0)
			continue;
		err_wrap(err, "%s: line %zu", shown, reader->number);
		rc = complain(in, err);
		if (rc < 0)
			goto out;
	}
	if (rc < 0)
		err_wrap(err, "reading %s", shown);
out:
	free(reader);
	return rc;
}

/* A FIFO opened without O_NONBLOCK would wait for its writer, deaf to the
 * deadline. */
static int open_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	int errnum = errno;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		fd = -1;
		errnum = EISDIR;
	}
	if (fd < 0) {
		char shown[SHOWN_BYTES];

		utf8_copy_printable(path, strlen(path), shown, sizeof shown,
				    SHOWN_COLUMNS);
		err_set_errno(err, ERR_USAGE, errnum, "cannot read '%s'",
			      shown);
	}
	return fd;
}

static bool is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int take_file(struct intake *in, const char *path, struct err *err)
{
	char name[SHOWN_BYTES];
	char shown[SHOWN_BYTES + 2];
	int fd, rc;

	in->is_passing = true;
	if (strcmp(path, "-") == 0) {
		if (in->old)
			return 0;
		if (isatty(STDIN_FILENO))
			return err_set(
				err, ERR_USAGE,
				"cannot read stdin: it is a terminal: "
				"give symbols as arguments or in a file");
		return take_lines(in, STDIN_FILENO, "stdin", err);
	}
	fd = open_file(path, err);
	if (fd < 0)
		return -1;
	in->is_passing = !is_regular(fd);
	if (in->is_passing && in->old) {
		close(fd);
		return 0;
	}
	utf8_copy_printable(path, strlen(path), name, sizeof name,
			    SHOWN_COLUMNS);
	snprintf(shown, sizeof shown, "'%s'", name);
	rc = take_lines(in, fd, shown, err);
	close(fd);
	return rc;
}

static int refuse_nothing(const struct options *o, struct err *err)
{
	char name[SHOWN_BYTES];

	if (o->file_count + (o->priority_file != NULL) > 1)
		return err_set(err, ERR_USAGE,
			       "no symbols in any of the files");
	if (o->file_count == 0 || strcmp(o->file[0], "-") == 0)
		return err_set(err, ERR_USAGE, "no symbols in stdin");
	utf8_copy_printable(o->file[0], strlen(o->file[0]), name, sizeof name,
			    SHOWN_COLUMNS);
	return err_set(err, ERR_USAGE, "no symbols in '%s'", name);
}

/* What cannot be read again is as it was. */
static int take_passing(const struct intake *in, struct err *err)
{
	size_t count = in->old ? symbol_list_count(in->old) : 0;

	for (uint32_t i = 0; i < count; i++) {
		const char *input = symbol_list_input(in->old, i);
		uint32_t at = (uint32_t)symbol_list_count(in->list);

		if (!symbol_list_is_passing(in->old, i))
			continue;
		if (symbol_list_add(in->list, symbol_list_at(in->old, i), false,
				    err) < 0 ||
		    symbol_list_note_input(in->list, input, strlen(input),
					   err) < 0)
			return -1;
		symbol_list_note_passing(in->list, at);
	}
	return 0;
}

static int read_all(struct intake *in, const struct options *o, struct err *err)
{
	bool has_list =
		o->symbol_count > 0 || o->file_count > 0 || o->priority_file;

	for (size_t i = 0; i < o->symbol_count; i++) {
		if (take_argument(in, o->symbol[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < o->file_count; i++) {
		if (take_file(in, o->file[i], err) < 0)
			return -1;
	}
	if (!has_list && !isatty(STDIN_FILENO) && take_file(in, "-", err) < 0)
		return -1;
	if (o->priority_file) {
		in->prefers_all = true;
		if (take_file(in, o->priority_file, err) < 0)
			return -1;
	}
	return take_passing(in, err);
}

int symbol_list_read(struct symbol_list *list, const struct symbol_list *old,
		     const struct options *options, struct stop *stop,
		     int64_t deadline_ns, struct err *err)
{
	struct intake in = { .list = list,
			     .old = old,
			     .stop = stop,
			     .deadline_ns = deadline_ns,
			     .skips_invalid = options->skips_invalid };
	struct err why;
	int rc = read_all(&in, options, &why);
	const struct complaints *complaints = symbol_list_complaints(list);

	/* Half a list with errors in it is not asked for. */
	if (complaints->count > 0 && (rc == 0 || why.kind == ERR_DEADLINE))
		return complaints_fail(complaints, err);
	if (rc < 0) {
		*err = why;
		return -1;
	}
	return symbol_list_count(list) > 0 ? 0 : refuse_nothing(options, err);
}
