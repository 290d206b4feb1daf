/* SPDX-License-Identifier: MIT */
#include "sandbox/stream_log.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "sandbox/json_text.h"

static void write_line(int fd, const struct buf *line)
{
	ssize_t written;

	if (fd < 0 || line->is_exhausted || line->is_over)
		return;
	do {
		written = write(fd, line->data, line->len);
	} while (written < 0 && errno == EINTR);
}

static void add_ms(struct buf *line, const char *key, int64_t ns)
{
	json_add_key(line, key);
	buf_printf(line, "%" PRId64 ".%03d", ns / 1000000,
		   (int)(ns / 1000 % 1000));
}

void stream_entry_begin(struct stream_entry *entry,
			const struct stream_log *log, const char *what,
			int64_t session, int64_t now_ns)
{
	entry->log = log;
	buf_init(&entry->line, JSON_TEXT_MAX_BYTES);
	buf_puts(&entry->line, "{");
	add_ms(&entry->line, "t_ms", now_ns);
	json_add_field(&entry->line, "event", what);
	stream_entry_number(entry, "session", session);
}

void stream_entry_text(struct stream_entry *entry, const char *key,
		       const char *text)
{
	json_add_key(&entry->line, key);
	json_add_string(&entry->line, text);
}

void stream_entry_number(struct stream_entry *entry, const char *key,
			 int64_t number)
{
	json_add_key(&entry->line, key);
	buf_printf(&entry->line, "%" PRId64, number);
}

void stream_entry_ms(struct stream_entry *entry, const char *key, int64_t ns)
{
	add_ms(&entry->line, key, ns);
}

void stream_entry_end(struct stream_entry *entry)
{
	buf_puts(&entry->line, "}\n");
	write_line(entry->log->fd, &entry->line);
	buf_release(&entry->line);
}

/* Bytes above 0x7f that are not UTF-8 (a fault sends them) would spoil the
 * log: they become U+FFFD's escape. */
static void add_frame_text(struct buf *line, const char *text, size_t len)
{
	buf_putc(line, '"');
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

void stream_log_frame(const struct stream_log *log,
		      const struct stream_frame_entry *frame)
{
	struct buf line;

	if (log->tape_fd < 0)
		return;
	buf_init(&line, JSON_TEXT_MAX_BYTES);
	buf_puts(&line, "{");
	add_ms(&line, "t_ms", frame->now_ns);
	buf_printf(&line, ",\"session\":%" PRId64, frame->session);
	json_add_field(&line, "tr_key", frame->tr_key);
	buf_printf(&line, ",\"number\":%" PRId64 ",\"count\":%" PRId64,
		   frame->number, frame->count);
	if (frame->fault)
		json_add_field(&line, "fault", frame->fault);
	json_add_key(&line, "frame");
	add_frame_text(&line, frame->text, frame->len);
	buf_puts(&line, "}\n");
	write_line(log->tape_fd, &line);
	buf_release(&line);
}
