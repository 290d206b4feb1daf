/* SPDX-License-Identifier: MIT */
#include "sandbox/stream_line.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

enum {
	MESSAGE_MAX = 65536, /* of a client's text; real ones have 200 bytes */
	OUT_KEPT = 1 << 20,  /* a larger buffer is given back when empty */
};

/* Far more than any test sends at once: ten million records. */
static const size_t OUT_MAX = (size_t)4 << 30;

/* ---- what libwslay calls ---- */

static ssize_t on_receive(wslay_event_context_ptr ws, uint8_t *bytes,
			  size_t cap, int flags, void *user)
{
	struct stream_line *line = user;
	ssize_t got = wire_try_receive(line->wire, bytes, cap);

	(void)flags;
	if (got > 0)
		return got;
	if (got < 0)
		line->is_over = true;
	wslay_event_set_error(ws, got < 0 ? WSLAY_ERR_CALLBACK_FAILURE
					  : WSLAY_ERR_WOULDBLOCK);
	return -1;
}

static ssize_t on_send(wslay_event_context_ptr ws, const uint8_t *bytes,
		       size_t len, int flags, void *user)
{
	struct stream_line *line = user;

	(void)ws;
	(void)flags;
	buf_append(line->is_holding ? &line->held : &line->out,
		   (const char *)bytes, len);
	return (ssize_t)len;
}

static void on_message(wslay_event_context_ptr ws,
		       const struct wslay_event_on_msg_recv_arg *message,
		       void *user)
{
	struct stream_line *line = user;
	const char *text = (const char *)message->msg;
	size_t len = message->msg_length;

	(void)ws;
	line->on_message(line->owner, message->opcode, text, len,
			 message->status_code);
}

/* ---- the rest ---- */

int stream_line_open(struct stream_line *line, const struct wire *wire,
		     stream_line_message_fn *callback, void *owner,
		     struct err *err)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_receive,
		.send_callback = on_send,
		.on_msg_recv_callback = on_message,
	};
	int one = 1;

	*line = (struct stream_line){
		.wire = wire,
		.on_message = callback,
		.owner = owner,
	};
	buf_init(&line->out, OUT_MAX);
	buf_init(&line->held, OUT_MAX);
	/* Each frame on its way at once, and in the pieces that are asked. */
	setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (wslay_event_context_server_init(&line->ws, &callbacks, line) != 0)
		return err_no_memory(err);
	wslay_event_config_set_max_recv_msg_length(line->ws, MESSAGE_MAX);
	return 0;
}

void stream_line_release(struct stream_line *line)
{
	if (line->ws)
		wslay_event_context_free(line->ws);
	buf_release(&line->out);
	buf_release(&line->held);
}

/* What is queued becomes bytes. */
static void make_frames(struct stream_line *line)
{
	if (wslay_event_send(line->ws) != 0 || line->out.is_exhausted ||
	    line->out.is_over || line->held.is_exhausted || line->held.is_over)
		line->is_over = true;
}

void stream_line_add(struct stream_line *line, int opcode, const char *text,
		     size_t len)
{
	struct wslay_event_msg message = {
		.opcode = (uint8_t)opcode,
		.msg = (const uint8_t *)text,
		.msg_length = len,
	};

	/* After a close frame nothing follows: libwslay refuses it. */
	if (wslay_event_queue_msg(line->ws, &message) == 0)
		make_frames(line);
}

void stream_line_add_close(struct stream_line *line, int code)
{
	if (wslay_event_queue_close(line->ws, (uint16_t)code, NULL, 0) == 0)
		make_frames(line);
}

void stream_line_add_raw(struct stream_line *line, const void *bytes,
			 size_t len)
{
	buf_append(&line->out, bytes, len);
}

void stream_line_let_go(struct stream_line *line)
{
	buf_append(&line->out, buf_text(&line->held), line->held.len);
	buf_clear(&line->held);
}

size_t stream_line_pending(const struct stream_line *line)
{
	return line->out.len - line->sent;
}

void stream_line_flush(struct stream_line *line)
{
	if (line->is_mute)
		line->sent = line->out.len;
	while (stream_line_pending(line) > 0 && !line->is_over) {
		size_t len = stream_line_pending(line);
		ssize_t sent;

		if (line->piece > 0 && len > line->piece)
			len = line->piece;
		sent = wire_try_send(line->wire, line->out.data + line->sent,
				     len, false);
		if (sent < 0)
			line->is_over = true;
		if (sent <= 0)
			return;
		line->sent += (size_t)sent;
	}
	line->sent = 0;
	if (line->out.cap > OUT_KEPT)
		buf_release(&line->out);
	else
		buf_clear(&line->out);
}

void stream_line_read(struct stream_line *line)
{
	if (line->is_deaf || line->is_over)
		return;
	/* An error of the protocol: libwslay has queued the close frame. */
	if (wslay_event_recv(line->ws) != 0 &&
	    !wslay_event_want_write(line->ws))
		line->is_over = true;
	make_frames(line);
}

bool stream_line_is_closed(const struct stream_line *line)
{
	return !wslay_event_get_read_enabled(line->ws);
}

bool stream_line_wait(const struct stream_line *line, int64_t until_ns)
{
	int events = (line->is_deaf ? 0 : POLLIN) |
		     (stream_line_pending(line) > 0 ? POLLOUT : 0);

	return wire_wait_for(line->wire, (short)events, until_ns) >= 0;
}
