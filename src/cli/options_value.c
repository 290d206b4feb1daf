/* SPDX-License-Identifier: MIT */
/* options_value.c: the values that are this program's own. */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "cli/base_url.h"
#include "cli/secret.h"

int options_append(char ***list, size_t *count, const char *text,
		   struct err *err)
{
	char **grown = realloc(*list, (*count + 1) * sizeof *grown);

	if (!grown)
		return err_no_memory(err);
	*list = grown;
	grown[*count] = strdup(text);
	if (!grown[*count])
		return err_no_memory(err);
	++*count;
	return 0;
}

static char **field_of(void *target, const struct optparse_row *row)
{
	return (char **)(void *)((char *)target + row->offset);
}

static int set_copy(char **field, const char *text, struct err *err)
{
	char *copy = strdup(text);

	if (!copy)
		return err_no_memory(err);
	free(*field);
	*field = copy;
	return 0;
}

static int refuse_empty(const char *shown, struct err *err)
{
	return err_set(err, ERR_USAGE, "%s is empty", shown);
}

int options_set_text(void *target, const struct optparse_row *row,
		     const char *shown, const char *text, struct err *err)
{
	if (*text == '\0')
		return refuse_empty(shown, err);
	return set_copy(field_of(target, row), text, err);
}

int options_set_secret(void *target, const struct optparse_row *row,
		       const char *shown, const char *text, struct err *err)
{
	char **field = field_of(target, row), *old = *field;

	if (*text == '\0')
		return refuse_empty(shown, err);
	*field = NULL;
	if (set_copy(field, text, err) < 0) {
		*field = old;
		return -1;
	}
	if (old)
		secret_wipe(old, strlen(old));
	free(old);
	return 0;
}

int options_set_file(void *target, const struct optparse_row *row,
		     const char *shown, const char *text, struct err *err)
{
	struct options *o = target;

	(void)row;
	if (*text == '\0')
		return refuse_empty(shown, err);
	return options_append(&o->file, &o->file_count, text, err);
}

int options_set_url(void *target, const struct optparse_row *row,
		    const char *shown, const char *text, struct err *err)
{
	char **field = field_of(target, row);
	size_t len;

	if (base_url_check(text, &len, err) < 0) {
		char why[ERR_MSG_BYTES];

		if (err) {
			memcpy(why, err->msg, sizeof why);
			err_set(err, ERR_USAGE, "%s %s", shown, why);
		}
		return -1;
	}
	if (set_copy(field, text, err) < 0)
		return -1;
	base_url_normalize(*field, len);
	return 0;
}

int options_set_percent(void *target, const struct optparse_row *row,
			const char *shown, const char *text, struct err *err)
{
	char percent[DECIMAL_BYTES];

	if (decimal_parse(text, strlen(text), percent, NULL) <= 0 ||
	    decimal_is_negative(percent) || decimal_compare(percent, "100") > 0)
		return err_set(
			err, ERR_USAGE,
			"%s takes a percentage from 0 to 100, not '%.20s'",
			shown, text);
	return set_copy(field_of(target, row), percent, err);
}
