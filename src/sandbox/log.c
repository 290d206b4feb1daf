/* SPDX-License-Identifier: MIT */
#include "sandbox/log.h"

#include "base/clock.h"
#include "sandbox/arrival.h"
#include "sandbox/json_text.h"
#include "sandbox/request.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

int log_open(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		      0644);

	if (fd < 0)
		err_set_errno(err, ERR_SYSTEM, errno, "cannot open log '%s'",
			      path);
	return fd;
}

void log_add_ms(struct buf *line, const char *key, int64_t ns)
{
	json_add_key(line, key);
	buf_printf(line, "%" PRId64 ".%03d", ns / NS_PER_MS,
		   (int)(ns / 1000 % 1000));
}

void log_begin(struct buf *line, int64_t now_ns)
{
	buf_init(line, JSON_TEXT_MAX_BYTES);
	buf_puts(line, "{");
	log_add_ms(line, "t_ms", now_ns);
}

void log_end(struct buf *line, int fd)
{
	ssize_t written;

	buf_puts(line, "}\n");
	if (fd >= 0 && buf_check(line, ERR_SYSTEM, NULL) == 0) {
		do {
			written = write(fd, line->data, line->len);
		} while (written < 0 && errno == EINTR);
	}
	buf_release(line);
}

/* What is empty is null. */
static void add_text(struct buf *line, const char *key, const char *text)
{
	json_add_field(line, key, text && *text ? text : NULL);
}

void log_call(int fd, const struct log_call *call)
{
	const struct request *request = call->request;
	const struct arrival *arrival = call->arrival;
	struct buf line;

	log_begin(&line, arrival->t_ns);
	json_add_number(&line, "seq", (int64_t)arrival->seq);
	json_add_number(&line, "conn", (int64_t)call->connection);
	add_text(&line, "source", source_name(request->source));
	add_text(&line, "method", request->method);
	add_text(&line, "path", request->path);
	add_text(&line, "tr_id", request->tr_id);
	add_text(&line, "excd", request->exchange);
	json_add_raw(&line, "symbols", "[");
	for (size_t i = 0; i < request->symbol_count; i++) {
		json_add_comma(&line);
		json_add_string(&line, request->symbol[i]);
	}
	buf_puts(&line, "]");
	if (call->status > 0)
		json_add_number(&line, "status", call->status);
	else
		json_add_raw(&line, "status", "null");
	add_text(&line, "msg_cd", call->msg_cd);
	json_add_number(&line, "in_flight", arrival->in_flight);
	add_text(&line, "fault", call->fault);
	log_end(&line, fd);
}

void log_show_call(const struct log_call *call)
{
	const struct request *request = call->request;

	fprintf(stderr,
		"quotefetch-sandbox: %s %.80s %s%s: %d %s%s%s (%d in flight)\n",
		request->method, request->path,
		request->symbol_count > 0 ? request->symbol[0] : "",
		request->symbol_count > 1 ? "..." : "", call->status,
		call->msg_cd ? call->msg_cd : "", call->fault ? ", fault " : "",
		call->fault ? call->fault : "", call->arrival->in_flight);
}

/* Bytes above 0x7f that are not UTF-8 (a fault sends them) would spoil the
 * log: they become U+FFFD's escape. */
static void add_frame_text(struct buf *line, const char *text, size_t len)
{
	json_add_raw(line, "frame", "\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			buf_printf(line, "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			buf_printf(line, "\\u%04x", c < 0x80 ? c : 0xfffd);
		else
			buf_putc(line, (char)c);
	}
	buf_putc(line, '"');
}

void log_frame(int fd, const struct log_frame *frame)
{
	struct buf line;

	if (fd < 0)
		return;
	log_begin(&line, frame->now_ns);
	json_add_number(&line, "session", frame->session);
	json_add_field(&line, "tr_key", frame->tr_key);
	json_add_number(&line, "number", frame->number);
	json_add_number(&line, "count", frame->count);
	if (frame->fault)
		json_add_field(&line, "fault", frame->fault);
	add_frame_text(&line, frame->text, frame->len);
	log_end(&line, fd);
}
