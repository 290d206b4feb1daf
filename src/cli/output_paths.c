/* SPDX-License-Identifier: MIT */
#include "cli/output_paths.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/config.h"
#include "cli/descriptor.h"
#include "cli/options.h"

enum { PARENT_BYTES = 4096 };

/* A file that is there, or the directory and the name that it will have. */
struct place {
	bool exists, is_known;
	dev_t dev;
	ino_t ino;
	const char *name; /* where it does not exist yet */
};

static void set_place(struct place *p, const struct stat *st)
{
	p->is_known = true;
	p->dev = st->st_dev;
	p->ino = st->st_ino;
}

/* Where the file is to be, its directory given. */
static void find_parent(const char *path, struct place *p)
{
	const char *slash = strrchr(path, '/');
	char parent[PARENT_BYTES] = ".";
	struct stat st;

	p->name = slash ? slash + 1 : path;
	if (slash && snprintf(parent, sizeof parent, "%.*s/",
			      (int)(slash - path), path) >= (int)sizeof parent)
		return;
	if (stat(parent, &st) == 0)
		set_place(p, &st);
}

static struct place place_of(const char *path)
{
	struct place p = { .exists = false };
	struct stat st;

	if (strcmp(path, "-") == 0 || descriptor_of_path(path) >= 0)
		return p;
	if (stat(path, &st) < 0) {
		find_parent(path, &p);
		return p;
	}
	p.exists = true;
	if (S_ISREG(st.st_mode))
		set_place(&p, &st);
	return p;
}

static bool is_same(const struct place *a, const struct place *b)
{
	return a->is_known && b->is_known && a->exists == b->exists &&
	       a->dev == b->dev && a->ino == b->ino &&
	       (a->exists || strcmp(a->name, b->name) == 0);
}

static struct place place_of_descriptor(int fd)
{
	struct place p = { .exists = true };
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		set_place(&p, &st);
	return p;
}

struct named {
	const char *option;
	struct place place;
};

/* Adds what a path names, if it is given. */
static void add(struct named *list, size_t *count, const char *option,
		const char *path)
{
	if (path)
		list[(*count)++] = (struct named){ option, place_of(path) };
}

static int compare(const struct named *a, const struct named *b,
		   struct err *err)
{
	return is_same(&a->place, &b->place)
		       ? err_set(err, ERR_USAGE, "%s and %s name the same file",
				 a->option, b->option)
		       : 0;
}

static bool reads_stdin(const struct options *o)
{
	for (size_t i = 0; i < o->file_count; i++)
		if (strcmp(o->file[i], "-") == 0)
			return true;
	return o->file_count == 0 && o->symbol_count == 0 && !o->priority_file;
}

static int check_lists(const struct options *o, const struct named *out,
		       struct err *err)
{
	struct named list = { "stdin", { .exists = true } };

	if (reads_stdin(o)) {
		list.place = place_of_descriptor(STDIN_FILENO);
		if (compare(out, &list, err) < 0)
			return -1;
	}
	list.option = "--file";
	for (size_t i = 0; i < o->file_count; i++) {
		list.place = place_of(o->file[i]);
		if (compare(out, &list, err) < 0)
			return -1;
	}
	return 0;
}

int output_paths_check(const struct options *o, struct err *err)
{
	bool is_stdout = !o->output || strcmp(o->output, "-") == 0;
	char *config = config_path(o);
	struct named file[7];
	size_t count = 0, outputs;
	int rc = 0;

	add(file, &count, "--output", is_stdout ? NULL : o->output);
	if (is_stdout)
		file[count++] =
			(struct named){ "stdout",
					place_of_descriptor(STDOUT_FILENO) };
	add(file, &count, "--errors", o->errors_file);
	add(file, &count, "--stats", o->stats_file);
	add(file, &count, "--metrics", o->metrics_file);
	outputs = count;
	add(file, &count, "--priority", o->priority_file);
	add(file, &count, o->config_file ? "--config" : "the configuration",
	    config);
	add(file, &count, "--cacert", o->ca_file);
	for (size_t i = 0; rc == 0 && i < outputs; i++) {
		for (size_t k = i + 1; rc == 0 && k < count; k++)
			rc = compare(&file[i], &file[k], err);
		if (rc == 0 && strcmp(file[i].option, "--errors") != 0)
			rc = check_lists(o, &file[i], err);
	}
	free(config);
	return rc;
}
