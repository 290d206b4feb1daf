/* SPDX-License-Identifier: MIT */
#include "sandbox/environment.h"

#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

void environment_set(struct environment *environment, const char *name,
		     const char *value)
{
	require(environment->count < ENVIRONMENT_MAX);
	environment->setting[environment->count++] =
		(struct setting){ name, value };
}

/* Does the "NAME=value" belong to one of the settings? */
static bool is_replaced(const char *entry,
			const struct environment *environment)
{
	size_t len = strcspn(entry, "=");

	for (int i = 0; i < environment->count; i++) {
		const char *name = environment->setting[i].name;

		if (strlen(name) == len && strncmp(name, entry, len) == 0)
			return true;
	}
	return false;
}

static char *make_entry(const struct setting *setting)
{
	size_t size = strlen(setting->name) + strlen(setting->value) + 2;
	char *entry = malloc(size);

	if (entry)
		snprintf(entry, size, "%s=%s", setting->name, setting->value);
	return entry;
}

char **environment_make_list(const struct environment *environment)
{
	size_t entries = (size_t)environment->count + 1;
	char **list, **next;

	for (char **entry = environ; *entry; entry++)
		entries++;
	list = calloc(entries, sizeof(*list));
	if (!list)
		return NULL;
	next = list;
	for (int i = 0; i < environment->count; i++) {
		*next = make_entry(&environment->setting[i]);
		if (!*next++) {
			environment_free_list(list, environment);
			return NULL;
		}
	}
	for (char **entry = environ; *entry; entry++) {
		if (!is_replaced(*entry, environment))
			*next++ = *entry;
	}
	return list;
}

void environment_free_list(char **list, const struct environment *environment)
{
	for (int i = 0; list && i < environment->count; i++)
		free(list[i]);
	free(list);
}

/* Writes the text beside the file, and renames it; frees the text. */
static int write_beside(const char *path, struct buf *text, struct err *err)
{
	size_t size = strlen(path) + 32;
	char *draft = malloc(size);
	FILE *file = NULL;
	int result = -1;

	if (draft && buf_check(text, ERR_SYSTEM, NULL) == 0) {
		snprintf(draft, size, "%s.%ld.tmp", path, (long)getpid());
		file = fopen(draft, "we");
	}
	if (file) {
		bool is_written = fputs(buf_text(text), file) >= 0;

		if (fclose(file) == 0 && is_written && rename(draft, path) == 0)
			result = 0;
	}
	if (result)
		err_set_errno(err, ERR_SYSTEM, errno, "cannot write '%s'",
			      path);
	free(draft);
	buf_release(text);
	return result;
}

int environment_write(const struct environment *environment, const char *path,
		      struct err *err)
{
	struct buf text;

	buf_init(&text, 65536);
	for (int i = 0; i < environment->count; i++) {
		const char *value = environment->setting[i].value;

		buf_printf(&text, "export %s='", environment->setting[i].name);
		for (; *value; value++) {
			if (*value == '\'')
				buf_puts(&text, "'\\'");
			buf_putc(&text, *value);
		}
		buf_puts(&text, "'\n");
	}
	return write_beside(path, &text, err);
}

int environment_write_port(const char *path, unsigned int port, struct err *err)
{
	struct buf text;

	buf_init(&text, 16);
	buf_printf(&text, "%u\n", port);
	return write_beside(path, &text, err);
}
