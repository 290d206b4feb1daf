/* SPDX-License-Identifier: MIT */
/* The temporary is ".NAME.quotefetch-PID-N", made with O_EXCL and a further N
 * where the name is taken. A fixed name would leave no more than one behind,
 * but two runs with one goal would then write over each other's, and in
 * containers that share a volume even the pid is the same. What ends the process
 * where it stands (SIGKILL, a second Ctrl-C) leaves one; every other end removes
 * it.
 *
 * A replaced file keeps its permission bits, not its owner or its hard links. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "cli/descriptor.h"

enum {
	TEMP_TRIES = 100,
	FILE_PIECE_BYTES = 64 * 1024 /* at once: a signal waits for no more */
};

struct output {
	int fd;
	bool is_terminal;
	size_t piece_bytes; /* that it takes without blocking */
	bool replaces;      /* an old file, at commit */
	bool is_appended;   /* records, each a line */
	char *label; /* owned; for messages: "'FILE'", "standard output" */
	char *goal;  /* owned; what the temporary becomes; NULL: none */
	char *temp;  /* owned; NULL once it is renamed or removed */
};

static int fail(const struct output *o, int errnum, struct err *err)
{
	return err_set_errno(err, ERR_OUTPUT, errnum, "cannot write %s",
			     o->label);
}

/* ---- opening ---- */

/* The length of the directory part of path, with its slash; 0: none. */
static size_t dir_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* mode: of the file to be replaced, or that of a new one before the umask. */
static int open_temp(struct output *o, mode_t mode, struct err *err)
{
	size_t dir = dir_length(o->goal);
	const char *name = o->goal + dir;
	size_t size = dir + strlen(name) + 64;

	if (*name == '\0')
		return fail(o, *o->goal ? EISDIR : ENOENT, err);
	o->temp = malloc(size);
	if (!o->temp)
		return err_no_memory(err);
	for (int n = 0; n < TEMP_TRIES; n++) {
		/* 200 bytes of the name leave room within NAME_MAX. */
		snprintf(o->temp, size, "%.*s.%.200s.quotefetch-%ld-%d",
			 (int)dir, o->goal, name, (long)getpid(), n);
		o->fd = open(o->temp,
			     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
				     O_CLOEXEC,
			     mode);
		if (o->fd >= 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	fail(o, errno, err);
	free(o->temp);
	o->temp = NULL;
	return -1;
}

static int open_new(struct output *o, const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		return err_set(err, ERR_OUTPUT,
			       "cannot write %s: it is a link to nothing",
			       o->label);
	o->goal = strdup(path);
	return o->goal ? open_temp(o, 0666, err) : err_no_memory(err);
}

/* The rename needs no right to the old file; a write-protected one is meant to
 * stay as it is. */
static int open_replacement(struct output *o, const char *path, mode_t mode,
			    struct err *err)
{
	if (access(path, W_OK) < 0)
		return fail(o, errno, err);
	o->goal = realpath(path, NULL);
	if (!o->goal)
		return fail(o, errno, err);
	if (open_temp(o, mode & 0777, err) < 0)
		return -1;
	o->replaces = true;
	return fchmod(o->fd, mode & 0777) < 0 ? fail(o, errno, err) : 0;
}

/* O_NONBLOCK: opening a FIFO would wait for its reader, without end. O_APPEND:
 * a regular file that is written in place belongs to someone who writes it. */
static int open_in_place(struct output *o, const char *path, mode_t mode,
			 struct err *err)
{
	o->fd = open(path,
		     O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (o->fd >= 0)
		return 0;
	if (errno == ENXIO && S_ISFIFO(mode))
		return err_set(err, ERR_OUTPUT,
			       "cannot write %s: nobody reads this FIFO",
			       o->label);
	return fail(o, errno, err);
}

/* The descriptor itself: where it stands, and appending if it does. */
static int open_descriptor(struct output *o, int fd, struct err *err)
{
	o->fd = descriptor_is_given(fd)
			? fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
			: -1;
	return o->fd < 0 ? fail(o, EBADF, err) : 0;
}

/* What was cut in the middle of a line is left, and stays by itself. */
static int end_line(struct output *o, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	ssize_t got = -1;
	char last = '\n';

	if (fd >= 0 && lseek(fd, -1, SEEK_END) >= 0)
		got = read(fd, &last, 1);
	if (fd >= 0)
		close(fd);
	return got == 1 && last != '\n' && write(o->fd, "\n", 1) != 1
		       ? fail(o, errno, err)
		       : 0;
}

static int open_appending(struct output *o, const char *path, struct err *err)
{
	int fd = descriptor_of_path(path);
	struct stat st;

	if (fd >= 0)
		return open_descriptor(o, fd, err);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode)
			       ? fail(o, EISDIR, err)
			       : open_in_place(o, path, st.st_mode, err);
	o->fd = open(path,
		     O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK |
			     O_CLOEXEC,
		     0666);
	if (o->fd < 0)
		return fail(o, errno, err);
	return end_line(o, path, err);
}

static int open_path(struct output *o, const char *path, struct err *err)
{
	int fd = descriptor_of_path(path);
	struct stat st;

	if (fd >= 0)
		return open_descriptor(o, fd, err);
	if (stat(path, &st) < 0)
		return errno == ENOENT ? open_new(o, path, err)
				       : fail(o, errno, err);
	if (S_ISREG(st.st_mode) && fd != DESCRIPTOR_FOREIGN)
		return open_replacement(o, path, st.st_mode, err);
	if (S_ISDIR(st.st_mode))
		return fail(o, EISDIR, err);
	return open_in_place(o, path, st.st_mode, err);
}

static int open_stdout(struct output *o, bool is_closed, struct err *err)
{
	o->fd = STDOUT_FILENO;
	if (is_closed)
		return err_set(err, ERR_OUTPUT, "cannot write %s: it is closed",
			       o->label);
	return 0;
}

static char *make_label(const char *path)
{
	struct buf label;

	if (!path)
		return strdup("standard output");
	buf_init(&label, ERR_MSG_BYTES / 2);
	buf_printf(&label, "'%s'", path);
	if (label.is_over) {
		buf_clear(&label);
		buf_puts(&label, "the output file");
	}
	return label.data; /* the caller's now; NULL: out of memory */
}

/* A file, or a device like /dev/null: no reader at the other end may be slow. */
static bool takes_much(const struct output *o)
{
	struct stat st;

	return !o->is_terminal && fstat(o->fd, &st) == 0 &&
	       (S_ISREG(st.st_mode) || S_ISCHR(st.st_mode));
}

static struct output *open_by(const char *path, bool stdout_is_closed,
			      int (*open_it)(struct output *, const char *,
					     struct err *),
			      struct err *err)
{
	struct output *o = err_calloc(sizeof *o, err);

	if (!o)
		return NULL;
	if (output_is_stdout(path))
		path = NULL;
	o->fd = -1;
	o->label = make_label(path);
	if (!o->label) {
		err_no_memory(err);
		goto fail;
	}
	if ((path ? open_it(o, path, err)
		  : open_stdout(o, stdout_is_closed, err)) < 0)
		goto fail;
	o->is_terminal = isatty(o->fd);
	o->piece_bytes = takes_much(o) ? FILE_PIECE_BYTES : PIPE_BUF;
	return o;
fail:
	output_abandon(o);
	return NULL;
}

struct output *output_open(const char *path, bool stdout_is_closed,
			   struct err *err)
{
	return open_by(path, stdout_is_closed, open_path, err);
}

struct output *output_open_appending(const char *path, bool stdout_is_closed,
				     struct err *err)
{
	struct output *o = open_by(path, stdout_is_closed, open_appending, err);

	if (o)
		o->is_appended = true;
	return o;
}

bool output_is_at_start(const struct output *o)
{
	struct stat st;

	return fstat(o->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0;
}

/* ---- writing ---- */

/* How much of the text goes out at once: whole lines, as many as a pipe or a
 * file takes in one piece, so that no line of another writer of the same log
 * comes to stand within a record. */
static size_t piece_of(const struct output *o, const struct buf *text,
		       size_t from)
{
	size_t len = text->len - from;
	size_t whole;

	if (len <= o->piece_bytes)
		return len;
	for (whole = o->piece_bytes; whole > 0; whole--) {
		if (text->data[from + whole - 1] == '\n')
			return whole;
	}
	return o->piece_bytes;
}

static int write_pieces(const struct output *o, const struct buf *text,
			size_t *written, struct stop *stop, int64_t deadline_ns,
			struct err *err)
{
	*written = 0;
	while (*written < text->len) {
		ssize_t n = io_write(o->fd, text->data + *written,
				     piece_of(o, text, *written), stop,
				     deadline_ns, err);

		if (n < 0)
			return -1;
		*written += (size_t)n;
	}
	return 0;
}

/* What a full disk left of a record is taken back, where nothing stands behind
 * it: the file holds whole lines. */
static void take_back(const struct output *o, const struct buf *text,
		      size_t *written)
{
	off_t end = lseek(o->fd, 0, SEEK_CUR);
	struct stat st;
	size_t cut = 0;

	while (cut < *written && text->data[*written - cut - 1] != '\n')
		cut++;
	if (!o->is_appended || end < (off_t)cut || fstat(o->fd, &st) < 0 ||
	    !S_ISREG(st.st_mode) || st.st_size != end ||
	    ftruncate(o->fd, end - (off_t)cut) < 0)
		return;
	(void)lseek(o->fd, end - (off_t)cut, SEEK_SET);
	*written -= cut;
}

int output_write(struct output *o, struct buf *text, struct stop *stop,
		 int64_t deadline_ns, struct err *err)
{
	struct err why;
	size_t written;
	int rc = write_pieces(o, text, &written, stop, deadline_ns, &why);

	if (rc < 0)
		take_back(o, text, &written);
	buf_drop_front(text, written);
	if (rc == 0)
		return 0;
	switch (why.kind) {
	case ERR_CANCELED:
		break;
	case ERR_DEADLINE:
		err_set(&why, ERR_OUTPUT,
			"cannot write %s: its reader let the time run out",
			o->label);
		why.code = ETIMEDOUT;
		break;
	default:
		fail(o, why.code, &why);
	}
	if (err)
		*err = why;
	return -1;
}

/* ---- the end ---- */

/* Some file systems tell of a full disk only when a descriptor is closed; any
 * descriptor of the file will do, so stdout itself stays open. */
static int check_taken(const struct output *o, struct err *err)
{
	int copy = fcntl(o->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (copy >= 0 && close(copy) < 0)
		return fail(o, errno, err);
	return 0;
}

/* Makes the rename last; a file system that cannot has done what it can. */
static void sync_dir(const char *path)
{
	size_t dir = dir_length(path);
	char *name = dir ? strndup(path, dir) : strdup(".");
	int fd = name ? open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	free(name);
}

static int replace_goal(struct output *o, struct err *err)
{
	/* EINVAL: a file system without fsync. */
	if ((fsync(o->fd) < 0 && errno != EINVAL) ||
	    rename(o->temp, o->goal) < 0)
		return fail(o, errno, err);
	free(o->temp);
	o->temp = NULL;
	sync_dir(o->goal);
	return 0;
}

int output_commit(struct output *o, struct err *err)
{
	int rc = check_taken(o, err);

	if (rc == 0 && o->temp)
		rc = replace_goal(o, err);
	output_abandon(o);
	return rc;
}

void output_abandon(struct output *o)
{
	if (!o)
		return;
	if (o->temp)
		unlink(o->temp);
	if (o->fd > STDERR_FILENO)
		close(o->fd);
	free(o->label);
	free(o->goal);
	free(o->temp);
	free(o);
}

int output_print(const char *path, bool stdout_is_closed, struct buf *text,
		 struct stop *stop, int64_t deadline_ns, struct err *err)
{
	struct output *o = output_open(path, stdout_is_closed, err);

	if (!o)
		return -1;
	if (output_write(o, text, stop, deadline_ns, err) < 0) {
		output_abandon(o);
		return -1;
	}
	return output_commit(o, err);
}

/* ---- what it is ---- */

bool output_is_stdout(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

bool output_is_terminal(const struct output *o)
{
	return o->is_terminal;
}

int output_fd(const struct output *o)
{
	return o->fd;
}

bool output_replaces(const struct output *o)
{
	return o->replaces;
}
