/* SPDX-License-Identifier: MIT */
/* Completions for bash, zsh and fish, from the one table of options. What a
 * value can be is told by the row: its words, a file where it is called FILE,
 * the fields for --fields, else nothing. */
#include <string.h>

#include "base/buf.h"
#include "cli/fields.h"
#include "cli/options.h"

enum value_kind {
	VALUE_IS_NONE, /* the option takes none */
	VALUE_IS_FREE, /* nothing to suggest */
	VALUE_IS_WORD, /* one of words */
	VALUE_IS_FILE,
	VALUE_IS_FIELDS /* names of fields, with commas between */
};

static enum value_kind value_kind_of(const struct optparse_row *row)
{
	/* A value that may be left out is never the next word. */
	if (row->takes == OPTPARSE_NOTHING || row->bare)
		return VALUE_IS_NONE;
	if (row->words)
		return VALUE_IS_WORD;
	if (row->argname && strcmp(row->argname, "FILE") == 0)
		return VALUE_IS_FILE;
	return strcmp(row->name, "fields") == 0 ? VALUE_IS_FIELDS
						: VALUE_IS_FREE;
}

/* The next row that the command line takes, from *i on; NULL: none. */
static const struct optparse_row *next_row(size_t *i)
{
	while (*i < option_count) {
		const struct optparse_row *row = &option_table[(*i)++];

		if (row->place != OPTPARSE_FILE)
			return row;
	}
	return NULL;
}

static void put_words(struct buf *out, const struct optparse_row *row)
{
	for (size_t i = 0; row->words[i]; i++)
		buf_printf(out, "%s%s", i ? " " : "", row->words[i]);
}

static void put_fields(struct buf *out)
{
	for (int f = 0; f < FIELD_COUNT; f++)
		buf_printf(out, "%s%s", f ? " " : "", field_name(f));
}

/* The help on one line, for a string in single quotes; without what the shell
 * has a meaning for within it (given as a set). */
static void put_help(struct buf *out, const char *text, const char *without)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_putc(out, ' ');
		else if (*text == '\'')
			buf_puts(out, "'\\''");
		else if (strchr(without, *text))
			buf_printf(out, "\\%c", *text);
		else
			buf_putc(out, *text);
	}
}

/* ---- bash ---- */

static void put_bash_value(struct buf *out, const struct optparse_row *row)
{
	enum value_kind kind = value_kind_of(row);

	if (kind == VALUE_IS_NONE)
		return;
	buf_printf(out, "    --%s", row->name);
	if (row->letter)
		buf_printf(out, " | -%c", row->letter);
	buf_puts(out, ") ");
	if (kind == VALUE_IS_FREE) {
		buf_puts(out, "return");
	} else if (kind == VALUE_IS_FILE) {
		buf_puts(out, "files=1");
	} else if (kind == VALUE_IS_WORD) {
		buf_puts(out, "words='");
		put_words(out, row);
		buf_putc(out, '\'');
	} else {
		buf_puts(out, "list=1 words='help ");
		put_fields(out);
		buf_putc(out, '\'');
	}
	buf_puts(out, " ;;\n");
}

static void put_bash(struct buf *out)
{
	const struct optparse_row *row;
	size_t i = 0;

	buf_puts(
		out,
		"# bash completion for quotefetch\n"
		"_quotefetch()\n"
		"{\n"
		"    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		"    local words='' files='' list='' head='' IFS=$' \\t\\n'\n"
		"    COMPREPLY=()\n"
		"    # readline takes --name=value apart at the '='\n"
		"    if [ \"$cur\" = = ]; then\n"
		"        cur=''\n"
		"    elif [ \"$prev\" = = ]; then\n"
		"        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
		"    fi\n"
		"    case $prev in\n");
	while ((row = next_row(&i)))
		put_bash_value(out, row);
	buf_puts(out, "    *) case $cur in\n"
		      "        -*) words='");
	for (i = 0; (row = next_row(&i));)
		buf_printf(out, "--%s ", row->name);
	buf_puts(
		out,
		"' ;;\n"
		"        *) return ;;\n"
		"        esac ;;\n"
		"    esac\n"
		"    if [ -n \"$files\" ]; then\n"
		"        IFS=$'\\n'\n"
		"        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
		"        compopt -o filenames 2>/dev/null\n"
		"        return\n"
		"    fi\n"
		"    if [ -n \"$list\" ]; then\n"
		"        case $cur in *,*) head=${cur%,*}, cur=${cur##*,} ;; esac\n"
		"        compopt -o nospace 2>/dev/null\n"
		"    fi\n"
		"    COMPREPLY=($(compgen -P \"$head\" -W \"$words\" -- \"$cur\"))\n"
		"}\n"
		"complete -F _quotefetch quotefetch\n");
}

/* ---- zsh ---- */

static void put_zsh_value(struct buf *out, const struct optparse_row *row)
{
	enum value_kind kind = value_kind_of(row);

	if (kind == VALUE_IS_NONE)
		return;
	buf_printf(out, ":%s:", row->argname ? row->argname : row->name);
	if (kind == VALUE_IS_FILE) {
		buf_puts(out, "_files");
	} else if (kind == VALUE_IS_WORD) {
		buf_putc(out, '(');
		put_words(out, row);
		buf_putc(out, ')');
	} else if (kind == VALUE_IS_FIELDS) {
		buf_puts(out, "_sequence compadd - help ");
		put_fields(out);
	} else {
		buf_puts(out, "()");
	}
}

/* '(-f --file)'{-f+,--file=}'[help]:FILE:_files' */
static void put_zsh_option(struct buf *out, const struct optparse_row *row)
{
	bool takes = value_kind_of(row) != VALUE_IS_NONE;

	buf_puts(out, "    ");
	if (row->set == options_set_file)
		buf_puts(out, "'*'");
	else if (row->letter)
		buf_printf(out, "'(-%c --%s)'", row->letter, row->name);
	if (row->letter)
		buf_printf(out, "{-%c%s,--%s%s}", row->letter, takes ? "+" : "",
			   row->name, takes ? "=" : "");
	else
		buf_printf(out, "--%s%s", row->name, takes ? "=" : "");
	buf_puts(out, "'[");
	put_help(out, row->help, "[]\\:");
	buf_putc(out, ']');
	put_zsh_value(out, row);
	buf_puts(out, "' \\\n");
}

static void put_zsh(struct buf *out)
{
	const struct optparse_row *row;
	size_t i = 0;

	buf_puts(out, "#compdef quotefetch\n"
		      "# zsh completion for quotefetch\n"
		      "_arguments -s -S \\\n");
	while ((row = next_row(&i)))
		put_zsh_option(out, row);
	buf_puts(out, "    '*:symbol:()'\n");
}

/* ---- fish ---- */

static void put_fish_option(struct buf *out, const struct optparse_row *row)
{
	enum value_kind kind = value_kind_of(row);

	buf_printf(out, "complete -c quotefetch -l %s", row->name);
	if (row->letter)
		buf_printf(out, " -s %c", row->letter);
	if (kind == VALUE_IS_FILE)
		buf_puts(out, " -r -F");
	else if (kind != VALUE_IS_NONE)
		buf_puts(out, " -x");
	if (kind == VALUE_IS_WORD) {
		buf_puts(out, " -a '");
		put_words(out, row);
		buf_putc(out, '\'');
	}
	if (kind == VALUE_IS_FIELDS) {
		buf_puts(out, " -a '(__fish_append , help ");
		put_fields(out);
		buf_puts(out, ")'");
	}
	buf_puts(out, " -d '");
	/* In fish a quote within quotes is escaped by a backslash. */
	for (const char *p = row->help; *p; p++) {
		if (*p == '\'' || *p == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *p == '\n' ? ' ' : *p);
	}
	buf_puts(out, "'\n");
}

static void put_fish(struct buf *out)
{
	const struct optparse_row *row;
	size_t i = 0;

	buf_puts(out, "# fish completion for quotefetch\n"
		      "complete -c quotefetch -f\n");
	while ((row = next_row(&i)))
		put_fish_option(out, row);
}

void options_complete(enum shell shell, struct buf *out)
{
	switch (shell) {
	case SHELL_BASH:
		put_bash(out);
		break;
	case SHELL_ZSH:
		put_zsh(out);
		break;
	case SHELL_FISH:
		put_fish(out);
		break;
	}
}
