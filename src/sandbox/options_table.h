/* options_table.h: every option, once: its name, its value, its help.
 * Sandbox; uses options. */
#ifndef SANDBOX_OPTIONS_TABLE_H
#define SANDBOX_OPTIONS_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum option_kind {
	OPTION_FLAG,    /* bool */
	OPTION_NUMBER,  /* int64_t, from min to max */
	OPTION_TEXT,    /* const char * */
	OPTION_CHOICE,  /* int64_t, the place of the word */
	OPTION_FAULT,   /* one more rule */
	OPTION_SECTION, /* no option, a heading of --help */
};

struct option_info {
	const char *name;
	char letter; /* 0: none */
	enum option_kind kind;
	size_t offset; /* in struct options */
	int64_t min, max;
	const char *argname; /* of a choice: the words, with | between them */
	const char *help;
};

/* The option of that name or letter, or NULL.
 * Owns: static, valid always. */
const struct option_info *options_table_find(const char *name, size_t len);
const struct option_info *options_table_find_letter(char letter);

/* The name most like this one, or NULL if none is like it. */
const char *options_table_guess(const char *name, size_t len);

#endif
