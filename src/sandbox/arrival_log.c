#include "sandbox/arrival_log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int arrival_log_open(const char *path, struct failure *failure)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		      0644);

	if (fd < 0)
		failure_set(failure, "cannot open log '%s': %s", path,
			    strerror(errno));
	return fd;
}

static void add_symbols(struct body *line, const struct request *request)
{
	body_add_key(line, "symbols");
	body_add(line, "[");
	for (size_t i = 0; i < request->symbol_count; i++) {
		body_add_comma(line);
		body_add_string(line, request->symbol[i]);
	}
	body_add(line, "]");
}

static void add_text(struct body *line, const char *key, const char *text)
{
	body_add_key(line, key);
	body_add_string(line, text && *text ? text : NULL);
}

static void add_number(struct body *line, const char *key, int64_t number)
{
	body_add_key(line, key);
	body_add_format(line, "%" PRId64, number);
}

void arrival_log_write(int fd, const struct arrival_entry *entry)
{
	const struct request *request = entry->request;
	const struct arrival *arrival = entry->arrival;
	struct body line;
	ssize_t written;

	body_init(&line);
	body_add_format(&line, "{\"t_ms\":%" PRId64 ".%03d",
			arrival->t_ns / 1000000,
			(int)(arrival->t_ns / 1000 % 1000));
	add_number(&line, "seq", (int64_t)arrival->seq);
	add_number(&line, "conn", (int64_t)entry->connection);
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
	body_add(&line, "}\n");
	do {
		written = line.is_broken ? 0 : write(fd, line.text, line.len);
	} while (written < 0 && errno == EINTR);
	body_release(&line);
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
