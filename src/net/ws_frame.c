/* SPDX-License-Identifier: MIT */
/* How a frame is read
 *
 *   header ---- whole in the caller's buffer, its message too -> event there
 *          \--- whole, one fragment of many -> appended -> last: event
 *          \--- longer than WS_PIECE_BYTES -> each piece is appended as it
 *               comes -> end of frame -> last of its message: event
 *
 * Each byte of a header is judged as soon as it is there and in its order, so
 * that a violation is the same one however the bytes were cut. */
#include "net/ws_frame.h"

#include <string.h>

#include "base/utf8.h"

enum {
	BIT_FINAL = 0x80,
	BITS_RESERVED = 0x70,
	BITS_OPCODE = 0x0f,
	BIT_MASKED = 0x80,
	BITS_LENGTH = 0x7f,
	LENGTH_16 = 126, /* two bytes of length follow */
	LENGTH_64 = 127, /* eight */
	STATUS_BYTES = 2
};

struct header {
	size_t bytes; /* of the header itself */
	uint64_t payload;
	enum ws_opcode type;
	bool is_final;
};

void ws_reader_init(struct ws_reader *r, size_t message_max_bytes)
{
	*r = (struct ws_reader){ .is_over = false };
	buf_init(&r->message, message_max_bytes);
}

void ws_reader_release(struct ws_reader *r)
{
	buf_release(&r->message);
}

static bool is_control(unsigned opcode)
{
	return opcode >= WS_CLOSE;
}

static int violate(enum ws_status status, const char *what, struct err *err)
{
	err_set(err, ERR_PARSE, "WebSocket: %s", what);
	if (err)
		err->code = status;
	return -1;
}

static int check_first_byte(const struct ws_reader *r, unsigned byte,
			    struct err *err)
{
	unsigned opcode = byte & BITS_OPCODE;

	if (byte & BITS_RESERVED)
		return violate(WS_STATUS_PROTOCOL, "a reserved bit is set",
			       err);
	if ((opcode > WS_BINARY && opcode < WS_CLOSE) || opcode > WS_PONG)
		return violate(WS_STATUS_PROTOCOL, "an unknown opcode", err);
	if (is_control(opcode) && !(byte & BIT_FINAL))
		return violate(WS_STATUS_PROTOCOL,
			       "a control frame in fragments", err);
	if (opcode == WS_CONTINUATION && !r->is_in_message)
		return violate(WS_STATUS_PROTOCOL, "a continuation of nothing",
			       err);
	if (!is_control(opcode) && opcode != WS_CONTINUATION &&
	    r->is_in_message)
		return violate(WS_STATUS_PROTOCOL,
			       "a message within another's fragments", err);
	return 0;
}

static int check_second_byte(unsigned opcode, unsigned byte, struct err *err)
{
	if (byte & BIT_MASKED)
		return violate(WS_STATUS_PROTOCOL, "the server masks", err);
	if (is_control(opcode) && (byte & BITS_LENGTH) > WS_CONTROL_MAX_BYTES)
		return violate(WS_STATUS_PROTOCOL,
			       "a control frame of more than 125 bytes", err);
	return 0;
}

static uint64_t read_big_endian(const unsigned char *p, size_t len)
{
	uint64_t n = 0;

	while (len--)
		n = n << 8 | *p++;
	return n;
}

/* Reads the header at data. Returns 1, or 0 when bytes are missing. */
static int read_header(const struct ws_reader *r, const char *data, size_t len,
		       struct header *h, struct err *err)
{
	const unsigned char *p = (const unsigned char *)data;
	size_t length_bytes;
	unsigned short_length;

	if (len < 1)
		return 0;
	if (check_first_byte(r, p[0], err) < 0)
		return -1;
	h->is_final = p[0] & BIT_FINAL;
	h->type = (enum ws_opcode)(p[0] & BITS_OPCODE);
	if (len < 2)
		return 0;
	if (check_second_byte(h->type, p[1], err) < 0)
		return -1;
	short_length = p[1] & BITS_LENGTH;
	length_bytes = short_length == LENGTH_64   ? 8
		       : short_length == LENGTH_16 ? 2
						   : 0;
	h->bytes = 2 + length_bytes;
	if (len < h->bytes)
		return 0;
	h->payload = length_bytes ? read_big_endian(p + 2, length_bytes)
				  : short_length;
	if (h->payload >> 63)
		return violate(WS_STATUS_PROTOCOL, "a length of 64 bits", err);
	if ((length_bytes == 2 && h->payload < LENGTH_16) ||
	    (length_bytes == 8 && h->payload <= UINT16_MAX))
		return violate(WS_STATUS_PROTOCOL,
			       "a length in more bytes than it needs", err);
	if (!is_control(h->type) &&
	    h->payload > r->message.max - r->message.len)
		return violate(WS_STATUS_TOO_BIG, "the message is too long",
			       err);
	return 1;
}

/* The codes that may stand in a close frame: those of the RFC, those that the
 * registry added (1012 to 1014), and those of applications. */
static bool is_status(unsigned code)
{
	if (code >= 3000 && code <= 4999)
		return true;
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 &&
	       code != 1006;
}

static int read_close(const char *data, size_t len, struct ws_event *event,
		      struct err *err)
{
	unsigned code;

	if (len == 0)
		return 1;
	if (len < STATUS_BYTES)
		return violate(WS_STATUS_PROTOCOL, "half a close code", err);
	code = (unsigned)read_big_endian((const unsigned char *)data,
					 STATUS_BYTES);
	if (!is_status(code))
		return violate(WS_STATUS_PROTOCOL, "no code to close with",
			       err);
	event->data = data + STATUS_BYTES;
	event->len = len - STATUS_BYTES;
	if (!utf8_is_valid(event->data, event->len))
		return violate(WS_STATUS_NOT_UTF8,
			       "a close reason that is no UTF-8", err);
	event->status = (int)code;
	return 1;
}

/* Fills the event with a whole payload. */
static int tell(struct ws_reader *r, enum ws_opcode type, const char *data,
		size_t len, struct ws_event *event, struct err *err)
{
	*event = (struct ws_event){
		.type = type, .data = data, .len = len, .status = WS_STATUS_NONE
	};
	if (type == WS_TEXT)
		event->is_utf8 = utf8_is_valid(data, len);
	if (type != WS_CLOSE)
		return 1;
	r->is_over = true;
	event->len = 0;
	return read_close(data, len, event, err);
}

/* A message in pieces is whole. */
static int tell_message(struct ws_reader *r, struct ws_event *event,
			struct err *err)
{
	r->is_in_message = false;
	r->is_told = true;
	return tell(r, r->type, buf_text(&r->message), r->message.len, event,
		    err);
}

static int append(struct ws_reader *r, const char *data, size_t len,
		  struct err *err)
{
	buf_append(&r->message, data, len);
	if (buf_check(&r->message, ERR_PARSE, err) == 0)
		return 0;
	if (err)
		err->code = WS_STATUS_INTERNAL;
	return -1;
}

/* Takes what there is of a payload that comes by pieces. Returns 1 when the
 * frame has ended. */
static int take_piece(struct ws_reader *r, const char *data, size_t len,
		      size_t *used, struct err *err)
{
	size_t n = len - *used;

	if (n > r->payload_left)
		n = (size_t)r->payload_left;
	if (append(r, data + *used, n, err) < 0)
		return -1;
	*used += n;
	r->payload_left -= n;
	r->is_in_payload = r->payload_left > 0;
	return !r->is_in_payload;
}

static bool is_alone(const struct header *h)
{
	return is_control(h->type) ||
	       (h->is_final && h->type != WS_CONTINUATION);
}

/* A data frame that is appended to the message: the whole of it or, of a long
 * one, the piece that is there. Returns 1 when the frame has ended. */
static int begin_frame(struct ws_reader *r, const struct header *h,
		       const char *data, size_t len, size_t *used,
		       struct err *err)
{
	if (h->type != WS_CONTINUATION)
		r->type = h->type;
	r->is_in_message = true;
	r->is_final = h->is_final;
	r->payload_left = h->payload;
	*used += h->bytes;
	return take_piece(r, data, len, used, err);
}

static int next(struct ws_reader *r, const char *data, size_t len, size_t *used,
		struct ws_event *event, struct err *err)
{
	for (;;) {
		struct header h = { .bytes = 0 };
		int rc;

		if (r->is_in_payload) {
			rc = take_piece(r, data, len, used, err);
		} else {
			rc = read_header(r, data + *used, len - *used, &h, err);
			if (rc <= 0)
				return rc;
			if (h.payload <= WS_PIECE_BYTES &&
			    h.payload > len - *used - h.bytes)
				return 0;
			if (is_alone(&h) && h.payload <= WS_PIECE_BYTES) {
				data += *used + h.bytes;
				*used += h.bytes + (size_t)h.payload;
				return tell(r, h.type, data, (size_t)h.payload,
					    event, err);
			}
			rc = begin_frame(r, &h, data, len, used, err);
		}
		if (rc <= 0)
			return rc;
		if (r->is_final)
			return tell_message(r, event, err);
	}
}

int ws_reader_next(struct ws_reader *r, const char *data, size_t len,
		   size_t *used, struct ws_event *event, struct err *err)
{
	int rc = 0;

	*used = 0;
	if (r->is_told)
		buf_clear(&r->message);
	r->is_told = false;
	if (!r->is_over)
		rc = next(r, data, len, used, event, err);
	if (rc < 0)
		r->is_over = true;
	if (r->is_over && rc <= 0)
		*used = len;
	return rc;
}

void ws_frame_append(struct buf *out, enum ws_opcode type, const char *payload,
		     size_t len, const unsigned char mask[WS_MASK_BYTES])
{
	unsigned char header[WS_HEADER_MAX_BYTES];
	size_t at = 2, length_bytes = len > UINT16_MAX   ? 8
				      : len >= LENGTH_16 ? 2
							 : 0;

	require(!is_control(type) || len <= WS_CONTROL_MAX_BYTES);
	header[0] = (unsigned char)(BIT_FINAL | type);
	header[1] =
		(unsigned char)(BIT_MASKED | (length_bytes == 8   ? LENGTH_64
					      : length_bytes == 2 ? LENGTH_16
								  : len));
	while (length_bytes--)
		header[at++] =
			(unsigned char)((uint64_t)len >> (8 * length_bytes));
	memcpy(header + at, mask, WS_MASK_BYTES);
	buf_append(out, (const char *)header, at + WS_MASK_BYTES);
	for (size_t i = 0; i < len; i++)
		buf_putc(out, (char)(payload[i] ^ mask[i % WS_MASK_BYTES]));
}

void ws_frame_append_close(struct buf *out, enum ws_status status,
			   const unsigned char mask[WS_MASK_BYTES])
{
	const char code[STATUS_BYTES] = { (char)(status >> 8),
					  (char)(status & 0xff) };

	ws_frame_append(out, WS_CLOSE, code,
			status == WS_STATUS_NONE ? 0 : sizeof code, mask);
}
