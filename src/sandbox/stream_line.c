/* SPDX-License-Identifier: MIT */
/* _GNU_SOURCE: ppoll() for waits finer than a millisecond, RTLD_DEFAULT to
 * find the TLS library's functions. */
#define _GNU_SOURCE
#include "sandbox/stream_line.h"

#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"

enum {
	MESSAGE_MAX = 65536, /* of a client's text; real ones have 200 bytes */
	OUT_KEPT = 1 << 20,  /* a larger buffer is given back when empty */
	TLS_CHUNK = 16384,
};

/* Far more than any test sends at once: ten million records. */
static const size_t OUT_MAX = (size_t)4 << 30;

/* Sends or receives without waiting: bytes, 0 for later, -1 for the end. */
static ssize_t judge_tls(ssize_t result, bool is_receiving)
{
	enum { AGAIN = -28, INTERRUPTED = -52 };

	if (result == AGAIN || result == INTERRUPTED)
		return 0;
	return result < 0 || (result == 0 && is_receiving) ? -1 : result;
}

static ssize_t judge(ssize_t result, bool is_receiving)
{
	if (result < 0 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return 0;
	return result < 0 || (result == 0 && is_receiving) ? -1 : result;
}

static ssize_t try_send(const struct stream_line *line, const char *bytes,
			size_t len)
{
	if (line->piece > 0 && len > line->piece)
		len = line->piece;
	if (!line->wire->tls)
		return judge(send(line->wire->fd, bytes, len,
				  MSG_NOSIGNAL | MSG_DONTWAIT),
			     false);
	if (!line->tls_send)
		return -1;
	return judge_tls(line->tls_send(line->wire->tls, bytes,
					len > TLS_CHUNK ? TLS_CHUNK : len),
			 false);
}

static ssize_t try_receive(const struct stream_line *line, void *bytes,
			   size_t cap)
{
	if (!line->wire->tls)
		return judge(recv(line->wire->fd, bytes, cap, MSG_DONTWAIT),
			     true);
	if (!line->tls_receive)
		return -1;
	return judge_tls(line->tls_receive(line->wire->tls, bytes, cap), true);
}

/* ---- what libwslay calls ---- */

static ssize_t on_receive(wslay_event_context_ptr ws, uint8_t *bytes,
			  size_t cap, int flags, void *user)
{
	struct stream_line *line = user;
	ssize_t got = try_receive(line, bytes, cap);

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

/* libmicrohttpd has loaded GnuTLS already, and holds the session. */
static void find_tls(struct stream_line *line)
{
	void *send_symbol = dlsym(RTLD_DEFAULT, "gnutls_record_send");
	void *receive_symbol = dlsym(RTLD_DEFAULT, "gnutls_record_recv");

	_Static_assert(sizeof(line->tls_send) == sizeof(send_symbol),
		       "as POSIX has it");
	memcpy(&line->tls_send, &send_symbol, sizeof(send_symbol));
	memcpy(&line->tls_receive, &receive_symbol, sizeof(receive_symbol));
}

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
	if (wire->tls)
		find_tls(line);
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
		ssize_t sent = try_send(line, line->out.data + line->sent,
					stream_line_pending(line));

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
	struct pollfd fds[2] = {
		{ .fd = line->wire->stop_fd, .events = POLLIN },
		{ .fd = line->wire->fd, .events = 0 },
	};
	int64_t left_ns = until_ns - clock_monotonic_ns();
	struct timespec left;

	if (left_ns < 0)
		left_ns = 0;
	left.tv_sec = (time_t)(left_ns / NS_PER_SEC);
	left.tv_nsec = (long)(left_ns % NS_PER_SEC);
	if (!line->is_deaf)
		fds[1].events |= POLLIN;
	if (stream_line_pending(line) > 0)
		fds[1].events |= POLLOUT;
	(void)!ppoll(fds, 2, until_ns == CLOCK_NEVER ? NULL : &left, NULL);
	return fds[0].revents == 0;
}
