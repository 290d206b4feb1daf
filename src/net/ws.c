/* SPDX-License-Identifier: MIT */
#include "net/ws.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/io.h"
#include "net/http_transfer.h"
#include "net/ws_handshake.h"

enum {
	RECEIVE_BYTES = 64 * 1024,
	/* With less free behind what is unread, that is moved to the front. */
	ROOM_BYTES = 8 * 1024,
	URL_MAX_BYTES = 2048
};

struct ws {
	struct http_transfer transfer;
	const char *user_agent; /* c: borrowed */
	struct ws_reader reader;
	int fd;                 /* -1: not open */
	char in[RECEIVE_BYTES]; /* unread: in_len bytes from in_first on */
	size_t in_first, in_len;
	bool has_read;  /* since ws_take_read */
	struct buf out; /* frames, unsent from out_sent on */
	size_t out_sent;
	bool has_ping; /* to be answered, with the last one's words */
	char ping[WS_CONTROL_MAX_BYTES];
	size_t ping_len;
	bool has_closed; /* a close frame is sent, or in out */
};

struct ws *ws_new(const struct http_config *config, struct err *err)
{
	struct ws *ws = err_calloc(sizeof *ws, err);

	if (!ws)
		return NULL;
	ws->fd = -1;
	ws->user_agent = config->user_agent;
	buf_init(&ws->out, WS_SEND_MAX_BYTES);
	ws_reader_init(&ws->reader, WS_MESSAGE_MAX_BYTES);
	if (http_transfer_init(&ws->transfer, config, err) < 0)
		goto fail;
	if (curl_easy_setopt(ws->transfer.easy, CURLOPT_CONNECT_ONLY, 1L)) {
		err_set(err, ERR_SYSTEM, "cannot set up libcurl");
		goto fail;
	}
	return ws;
fail:
	ws_free(ws);
	return NULL;
}

void ws_free(struct ws *ws)
{
	if (!ws)
		return;
	http_transfer_release(&ws->transfer);
	ws_reader_release(&ws->reader);
	buf_release(&ws->out);
	free(ws);
}

int ws_fd(const struct ws *ws)
{
	return ws->fd;
}

void ws_drop(struct ws *ws)
{
	/* libcurl closes a bare connection with the handle's leaving. */
	http_transfer_detach(&ws->transfer);
	ws->fd = -1;
}

/* ---- bytes ---- */

static int fail_transport(const struct ws *ws, CURLcode rc, const char *what,
			  struct err *err)
{
	const char *why = ws->transfer.error;

	if (!why[0])
		why = curl_easy_strerror(rc);
	return err_set(err, ERR_NETWORK, "%s: %s", what, why);
}

/* Reads what there is behind the unread bytes. Returns 1, or 0 when there is
 * nothing for now. */
static int receive_bytes(struct ws *ws, struct err *err)
{
	size_t end = ws->in_first + ws->in_len, n = 0;
	CURLcode rc;

	if (ws->in_len == 0) {
		ws->in_first = end = 0;
	} else if (sizeof ws->in - end < ROOM_BYTES) {
		memmove(ws->in, ws->in + ws->in_first, ws->in_len);
		ws->in_first = 0;
		end = ws->in_len;
	}
	/* What waits for more is no longer than a piece and its header. */
	require(end < sizeof ws->in);
	ws->transfer.error[0] = '\0';
	rc = curl_easy_recv(ws->transfer.easy, ws->in + end,
			    sizeof ws->in - end, &n);
	if (rc == CURLE_AGAIN)
		return 0;
	if (rc != CURLE_OK)
		return fail_transport(ws, rc, "the line was cut", err);
	if (n == 0)
		return err_set(err, ERR_NETWORK,
			       "the line was closed without a close frame");
	ws->in_len += n;
	ws->has_read = true;
	return 1;
}

/* Sends from data what the socket takes. Returns 1 when that was all. */
static int send_bytes(struct ws *ws, const char *data, size_t len, size_t *sent,
		      struct err *err)
{
	while (*sent < len) {
		size_t n = 0;
		CURLcode rc;

		ws->transfer.error[0] = '\0';
		rc = curl_easy_send(ws->transfer.easy, data + *sent,
				    len - *sent, &n);
		if (rc == CURLE_AGAIN)
			return 0;
		if (rc != CURLE_OK)
			return fail_transport(ws, rc, "the line was cut", err);
		*sent += n;
	}
	return 1;
}

/* ---- opening ---- */

static int send_request(struct ws *ws, const char *request, size_t len,
			struct stop *stop, int64_t deadline_ns, struct err *err)
{
	size_t sent = 0;
	int rc;

	while ((rc = send_bytes(ws, request, len, &sent, err)) == 0)
		if (io_wait(ws->fd, POLLOUT, stop, deadline_ns, err) < 0)
			return -1;
	return rc < 0 ? -1 : 0;
}

/* Reads the answer's header; what came behind it is the first frame's. */
static int read_answer(struct ws *ws, const char *key, struct stop *stop,
		       int64_t deadline_ns, struct err *err)
{
	for (;;) {
		int rc = receive_bytes(ws, err);
		ssize_t used;

		if (rc < 0)
			return -1;
		if (rc == 0) {
			if (io_wait(ws->fd, POLLIN, stop, deadline_ns, err) < 0)
				return -1;
			continue;
		}
		used = ws_handshake_check(ws->in + ws->in_first, ws->in_len,
					  key, err);
		if (used < 0)
			return -1;
		ws->in_first += (size_t)used;
		ws->in_len -= (size_t)used;
		if (used > 0)
			return 0;
	}
}

static int shake_hands(struct ws *ws, const struct ws_url *url,
		       struct stop *stop, int64_t deadline_ns, struct err *err)
{
	unsigned char nonce[WS_NONCE_BYTES];
	char key[WS_KEY_BYTES];
	struct buf request;
	int rc = -1;

	buf_init(&request, 2 * URL_MAX_BYTES);
	if (entropy_fill(nonce, sizeof nonce, err) < 0)
		goto out;
	ws_handshake_key(nonce, key);
	ws_handshake_append(&request, url, key, ws->user_agent);
	if (buf_check(&request, ERR_USAGE, err) < 0 ||
	    send_request(ws, buf_text(&request), request.len, stop, deadline_ns,
			 err) < 0)
		goto out;
	rc = read_answer(ws, key, stop, deadline_ns, err);
	if (rc < 0 && err && err->kind == ERR_DEADLINE)
		err_set(err, ERR_TIMEOUT, "no answer to the handshake in time");
out:
	buf_release(&request);
	return rc;
}

static int connect_line(struct ws *ws, const struct ws_url *url,
			struct stop *stop, int64_t deadline_ns, struct err *err)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	struct buf http_url;
	CURLcode code = CURLE_OK;
	int rc;

	buf_init(&http_url, URL_MAX_BYTES);
	buf_printf(&http_url, "%s://%s%s", url->is_plain ? "http" : "https",
		   url->host, url->path);
	rc = buf_check(&http_url, ERR_USAGE, err);
	if (rc == 0)
		rc = http_transfer_run(&ws->transfer, buf_text(&http_url), stop,
				       deadline_ns, &code, err);
	buf_release(&http_url);
	if (rc == 0 && code != CURLE_OK)
		rc = http_transfer_fail(&ws->transfer, code, 0, err);
	if (rc < 0)
		return -1;
	if (curl_easy_getinfo(ws->transfer.easy, CURLINFO_ACTIVESOCKET, &fd) ||
	    fd == CURL_SOCKET_BAD)
		return err_set(err, ERR_NETWORK, "the line was cut");
	ws->fd = (int)fd;
	return 0;
}

int ws_open(struct ws *ws, const char *url, struct stop *stop,
	    int64_t deadline_ns, bool *was_reached, struct err *err)
{
	struct ws_url parts;
	int rc;

	require(ws->fd < 0);
	*was_reached = false;
	if (ws_handshake_read_url(url, &parts, err) < 0)
		return -1;
	buf_clear(&ws->out);
	ws->in_first = ws->in_len = ws->out_sent = 0;
	ws->has_ping = ws->has_closed = false;
	ws_reader_release(&ws->reader);
	ws_reader_init(&ws->reader, WS_MESSAGE_MAX_BYTES);
	rc = connect_line(ws, &parts, stop, deadline_ns, err);
	*was_reached = ws->transfer.was_connected;
	if (rc == 0)
		rc = shake_hands(ws, &parts, stop, deadline_ns, err);
	if (rc < 0)
		ws_drop(ws);
	return rc;
}

/* ---- frames ---- */

static int queue(struct ws *ws, enum ws_opcode type, const char *data,
		 size_t len, struct err *err)
{
	unsigned char mask[WS_MASK_BYTES];

	if (entropy_fill(mask, sizeof mask, err) < 0)
		return -1;
	buf_drop_front(&ws->out, ws->out_sent);
	ws->out_sent = 0;
	ws_frame_append(&ws->out, type, data, len, mask);
	if (ws->out.is_over)
		return err_set(err, ERR_NETWORK,
			       "the peer takes nothing that is sent");
	return buf_check(&ws->out, ERR_NETWORK, err);
}

int ws_send(struct ws *ws, enum ws_opcode type, const char *data, size_t len,
	    struct err *err)
{
	require(type == WS_TEXT || type == WS_PING);
	return ws->has_closed ? 0 : queue(ws, type, data, len, err);
}

static int queue_close(struct ws *ws, enum ws_status status, struct err *err)
{
	unsigned char mask[WS_MASK_BYTES];

	if (ws->has_closed)
		return 0;
	ws->has_closed = true;
	ws->has_ping = false;
	if (entropy_fill(mask, sizeof mask, err) < 0)
		return -1;
	ws_frame_append_close(&ws->out, status, mask);
	return buf_check(&ws->out, ERR_NETWORK, err);
}

static int note_event(struct ws *ws, const struct ws_event *event,
		      struct err *err)
{
	if (event->type == WS_CLOSE)
		return queue_close(ws, event->status, err);
	if (event->type == WS_PING && !ws->has_closed) {
		memcpy(ws->ping, event->data, event->len);
		ws->ping_len = event->len;
		ws->has_ping = true;
	}
	return 0;
}

int ws_receive(struct ws *ws, struct ws_event *event, struct err *err)
{
	for (;;) {
		size_t used;
		int rc = ws_reader_next(&ws->reader, ws->in + ws->in_first,
					ws->in_len, &used, event, err);

		ws->in_first += used;
		ws->in_len -= used;
		if (rc > 0)
			return note_event(ws, event, err) < 0 ? -1 : 1;
		if (rc == 0)
			rc = receive_bytes(ws, err);
		if (rc <= 0)
			return rc;
	}
}

bool ws_take_read(struct ws *ws)
{
	bool has_read = ws->has_read;

	ws->has_read = false;
	return has_read;
}

int ws_flush(struct ws *ws, struct err *err)
{
	for (;;) {
		int rc = send_bytes(ws, buf_text(&ws->out), ws->out.len,
				    &ws->out_sent, err);

		if (rc <= 0)
			return rc;
		buf_clear(&ws->out);
		ws->out_sent = 0;
		if (!ws->has_ping)
			return 1;
		ws->has_ping = false;
		if (queue(ws, WS_PONG, ws->ping, ws->ping_len, err) < 0)
			return -1;
	}
}

/* Waits for the peer's end of the line, reading and dropping what still comes:
 * closed with bytes unread a socket is reset, and what was sent last may be lost
 * with it. */
static void wait_for_end(struct ws *ws, int64_t deadline_ns)
{
	int left = 0; /* as ws_flush */

	while (left >= 0 && clock_monotonic_ns() < deadline_ns) {
		short events = left == 0 ? POLLIN | POLLOUT : POLLIN;
		int rc;

		ws->in_len = 0;
		rc = receive_bytes(ws, NULL);
		if (rc < 0 || (rc == 0 && io_wait(ws->fd, events, NULL,
						  deadline_ns, NULL) < 0))
			break;
		left = ws_flush(ws, NULL);
	}
}

void ws_end(struct ws *ws, enum ws_status status, int64_t deadline_ns)
{
	if (ws->fd >= 0 && queue_close(ws, status, NULL) == 0 &&
	    ws_flush(ws, NULL) >= 0)
		wait_for_end(ws, deadline_ns);
	ws_drop(ws);
}
