#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/line_reader.h"
#include "cli/options.h"
#include "cli/symbol_list.h"

enum {
	SHOWN_COLUMNS = 60, /* of a file name or market in a message */
	SHOWN_BYTES = SHOWN_COLUMNS * 4 + 4
};

/* What reading needs to know, wherever a symbol comes from. */
struct intake {
	struct symbol_list *list;
	struct stop *stop;
	int64_t deadline_ns;
	bool skips_invalid;
	bool prefers_all; /* the file is the one of --priority */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void trim(const char **text, size_t *len)
{
	while (*len > 0 && is_blank(**text)) {
		++*text;
		--*len;
	}
	while (*len > 0 && is_blank((*text)[*len - 1]))
		--*len;
}

/* "SYMBOL", "SYMBOL,MARKET", "SYMBOL MARKET". */
static int parse_columns(const char *text, size_t len, struct symbol *out,
			 struct err *err)
{
	enum market market = MARKET_NONE;
	size_t code_len = 0;
	const char *rest;
	size_t rest_len;

	while (code_len < len && text[code_len] != ',' &&
	       !is_blank(text[code_len]))
		code_len++;
	rest = text + code_len;
	rest_len = len - code_len;
	trim(&rest, &rest_len);
	if (rest_len > 0 && *rest == ',') {
		rest++;
		rest_len--;
		trim(&rest, &rest_len);
	}
	if (rest_len > 0) {
		market = market_from_word(rest, rest_len);
		if (market == MARKET_NONE) {
			char shown[SHOWN_BYTES];

			utf8_copy_printable(rest, rest_len, shown, sizeof shown,
					    SHOWN_COLUMNS);
			return err_set(err, ERR_INPUT, "unknown market '%s'",
				       shown);
		}
	}
	return symbol_parse(text, code_len, market, out, err);
}

/* Adds what a line or an argument says, if it says anything.
 * Errors: INPUT, unless invalid ones are skipped; SYSTEM. */
static int take_entry(const struct intake *in, const struct line *line,
		      struct err *err)
{
	const char *text = line->text;
	const char *comment =
		line->len > 0 ? memchr(text, '#', line->len) : NULL;
	size_t len = comment ? (size_t)(comment - text) : line->len;
	bool is_cut = line->is_cut && !comment;
	bool has_priority = false;
	size_t before;
	struct symbol symbol;
	struct err why;
	int rc;

	trim(&text, &len);
	if (len == 0 && !is_cut)
		return 0;
	if (len > 0 && *text == '!') {
		has_priority = true;
		text++;
		len--;
		trim(&text, &len);
	}
	if (is_cut)
		rc = err_set(&why, ERR_INPUT, "longer than %d bytes",
			     LINE_MAX_BYTES);
	else
		rc = parse_columns(text, len, &symbol, &why);
	if (rc < 0 && in->skips_invalid)
		return symbol_list_add_invalid(in->list, text, len, why.msg,
					       err);
	if (rc < 0) {
		if (err)
			*err = why;
		return -1;
	}
	before = symbol_list_count(in->list);
	if ((in->prefers_all ? symbol_list_prefer(in->list, &symbol, err)
			     : symbol_list_add(in->list, &symbol, has_priority,
					       err)) < 0)
		return -1;
	return symbol_list_count(in->list) == before
		       ? 0
		       : symbol_list_note_input(in->list, text, len, err);
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
	if (take_entry(in, &line, err) < 0)
		return err_wrap(err, "%s", shown);
	if (symbol_list_count(in->list) > before)
		return 0;
	if (in->skips_invalid)
		return symbol_list_add_invalid(in->list, text, line.len,
					       "empty symbol", err);
	return err_set(err, ERR_INPUT, "'%s': empty symbol", shown);
}

/* shown: how messages name the file. */
static int take_lines(const struct intake *in, int fd, const char *shown,
		      struct err *err)
{
	struct line_reader *reader = malloc(sizeof *reader);
	struct line line;
	int rc;

	if (!reader)
		return err_no_memory(err);
	line_reader_init(reader, fd, in->stop, in->deadline_ns);
	while ((rc = line_reader_next(reader, &line, err)) > 0) {
		if (take_entry(in, &line, err) < 0) {
			rc = err_wrap(err, "%s: line %zu", shown,
				      reader->number);
			goto out;
		}
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

static int take_file(const struct intake *in, const char *path, struct err *err)
{
	char name[SHOWN_BYTES];
	char shown[SHOWN_BYTES + 2];
	int fd, rc;

	if (strcmp(path, "-") == 0) {
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

int symbol_list_read(struct symbol_list *list, const struct options *options,
		     struct stop *stop, int64_t deadline_ns, struct err *err)
{
	struct intake in = { .list = list,
			     .stop = stop,
			     .deadline_ns = deadline_ns,
			     .skips_invalid = options->skips_invalid };
	bool has_list = options->symbol_count > 0 || options->file_count > 0 ||
			options->priority_file;

	for (size_t i = 0; i < options->symbol_count; i++) {
		if (take_argument(&in, options->symbol[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < options->file_count; i++) {
		if (take_file(&in, options->file[i], err) < 0)
			return -1;
	}
	if (!has_list && !isatty(STDIN_FILENO) && take_file(&in, "-", err) < 0)
		return -1;
	if (options->priority_file) {
		in.prefers_all = true;
		if (take_file(&in, options->priority_file, err) < 0)
			return -1;
	}
	return symbol_list_count(list) > 0 ? 0 : refuse_nothing(options, err);
}
