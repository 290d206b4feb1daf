/* SPDX-License-Identifier: MIT */
#include "sandbox/arrival_log.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int arrival_log_open(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		      0644);

	if (fd < 0)
		err_set_errno(err, ERR_SYSTEM, errno, "cannot open log '%s'",
			      path);
	return fd;
}

static void add_symbols(struct buf *line, const struct request *request)
{
	json_add_key(line, "symbols");
	buf_puts(line, "[");
	for (size_t i = 0; i < request->symbol_count; i++) {
		json_add_comma(line);
		json_add_string(line, request->symbol[i]);
	}
	buf_puts(line, "]");
}

static void add_text(struct buf *line, const char *key, const char *text)
{
	json_add_key(line, key);
	json_add_string(line, text && *text ? text : NULL);
}

static void add_number(struct buf *line, const char *key, int64_t number)
{
	json_add_key(line, key);
	buf_printf(line, "%" PRId64, number);
}

void arrival_log_write(int fd, const struct arrival_entry *entry)
{
	const struct request *request = entry->request;
	const struct arrival *arrival = entry->arrival;
	struct buf line;
	ssize_t written;

	buf_init(&line, JSON_TEXT_MAX_BYTES);
	buf_printf(&line, "{\"t_ms\":%" PRId64 ".%03d",
		   arrival->t_ns / NS_PER_MS,
		   (int)(arrival->t_ns / 1000 % 1000));
	add_number(&line, "seq", (int64_t)arrival->seq);
	add_number(&line, "conn", (int64_t)entry->connection);
	add_text(&line, "source", source_name(request->source));
	add_text(&line, "method", request->method);
	add_text(&line, "path", request->path);
	add_text(&line, "tr_id", request->tr_id);
	add_text(&line, "excd", request->exchange);
	add_symbols(&line, request);
	if (entry->status > 0)
		add_number(&line, "status", entry->status);
	else
		add_text(&line, "status", NULL);
	add_text(&line, "msg_cd", entry->msg_cd);
	add_number(&line, "in_flight", arrival->in_flight);
	add_text(&line, "fault", entry->fault);
	buf_puts(&line, "}\n");
	do {
		written = write(fd, buf_text(&line), line.len);
	} while (written < 0 && errno == EINTR);
	buf_release(&line);
}

void arrival_log_show(const struct arrival_entry *entry)
{
	const struct request *request = entry->request;

	fprintf(stderr,
		"quotefetch-sandbox: %s %.80s %s%s: %d %s%s%s (%d in flight)\n",
		request->method, request->path,
		request->symbol_count > 0 ? request->symbol[0] : "",
		request->symbol_count > 1 ? "..." : "", entry->status,
		entry->msg_cd ? entry->msg_cd : "",
		entry->fault ? ", fault " : "",
		entry->fault ? entry->fault : "", entry->arrival->in_flight);
}
