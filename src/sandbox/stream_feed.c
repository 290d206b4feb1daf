/* SPDX-License-Identifier: MIT */
/* stream_feed.c: trades become frames, in the order in which they happen.
 *
 * A trade waits on the tape, not here: when the client does not take what was
 * sent, cursors stand still, and nothing is lost. What faults leave out, send
 * twice or in another order is told by the tape's log. */
#include "sandbox/stream_session.h"

#include <string.h>

#include "base/clock.h"

/* Beyond so many bytes on their way, trades wait. */
enum { PENDING_HIGH = 256 * 1024 };

/* What is to be done to one frame. */
struct spoiling {
	const char *fault; /* a name for the log; NULL: the frame is good */
	struct tick_change change;
	const char *count, *odd; /* NULL: as it should be */
	int opcode;
	bool has_bad_byte, is_twice, is_swapped;
};

static const struct fault_rule *fault_of(struct stream_session *session,
					 enum fault fault,
					 const struct registration *one,
					 struct spoiling *spoiling)
{
	const struct fault_rule *rule = stream_session_fault(
		session, fault, one->channel.tr_key, one->channel.code);

	if (rule)
		spoiling->fault = fault_name(fault);
	return rule;
}

static void choose_spoiling(struct stream_session *session,
			    const struct registration *one,
			    struct spoiling *spoiling)
{
	const struct fault_rule *rule;

	*spoiling = (struct spoiling){ .opcode = WSLAY_TEXT_FRAME };
	if (session->rules->fault_count == 0)
		return;
	if ((rule = fault_of(session, STREAM_WIDTH, one, spoiling)) != NULL) {
		spoiling->change.width = (int)rule->number;
		if (rule->number == 0)
			spoiling->odd = "empty";
	}
	if ((rule = fault_of(session, STREAM_FIELD, one, spoiling)) != NULL) {
		spoiling->change.field = (int)rule->number;
		spoiling->change.text = strchr(rule->text, ':') + 1;
	}
	if ((rule = fault_of(session, STREAM_VALUE, one, spoiling)) != NULL) {
		spoiling->change.field = one->channel.is_overseas ? 11 : 2;
		spoiling->change.text = rule->text;
	}
	if ((rule = fault_of(session, STREAM_COUNT, one, spoiling)) != NULL)
		spoiling->count = rule->text;
	if ((rule = fault_of(session, STREAM_ODD, one, spoiling)) != NULL)
		spoiling->odd = rule->text;
	if ((rule = fault_of(session, STREAM_OPCODE, one, spoiling)) != NULL)
		spoiling->opcode = (int)rule->number;
	spoiling->has_bad_byte = fault_of(session, STREAM_UTF8, one, spoiling);
	spoiling->is_twice = fault_of(session, STREAM_DUP, one, spoiling);
	spoiling->is_swapped = fault_of(session, STREAM_SWAP, one, spoiling);
}

/* ---- a frame ---- */

/* Is this trade left out, as the first of some or as one after it? */
static bool is_skipped(struct stream_session *session, struct registration *one)
{
	const struct fault_rule *skip;

	if (one->skip_left > 0) {
		one->skip_left--;
		return true;
	}
	skip = stream_session_fault(session, STREAM_SKIP, one->channel.tr_key,
				    one->channel.code);
	if (skip)
		one->skip_left = skip->number - 1;
	return skip != NULL;
}

/* The records of a frame: how many, and the number of the last trade. */
struct batch {
	struct buf text;
	int64_t count, number;
};

/* Appends what is due, as much as a frame takes. A trade that is left out ends
 * the frame, so that the trades of one have consecutive numbers. */
static void add_records(struct stream_session *session,
			struct registration *one,
			const struct tick_change *change, struct batch *batch,
			int64_t now_ns)
{
	const struct stream_place *place = session->place;

	while (batch->count < session->rules->frame_max &&
	       tape_take(place->tape, &one->cursor, now_ns)) {
		if (is_skipped(session, one)) {
			if (batch->count > 0)
				break;
			continue;
		}
		if (batch->count++ > 0)
			buf_putc(&batch->text, '^');
		batch->number = one->cursor.trade.number;
		tick_add_record(&batch->text, &one->channel, &one->cursor.trade,
				tape_unix_s(place->tape, 0),
				session->rules->width, change);
	}
}

static void make_frame(struct buf *frame, const struct tick_channel *channel,
		       const struct spoiling *spoiling,
		       const struct batch *batch)
{
	const char *odd = spoiling->odd ? spoiling->odd : "";
	size_t len = batch->text.len;

	if (strcmp(odd, "encrypted") == 0) {
		buf_puts(frame, "1|H0STCNI0|001|"
				"5nZXgU6Vrk5nRrLOtd4dHhkcA2wYVfSBuUeZjBvHqhI=");
		return;
	}
	if (strcmp(odd, "empty") == 0)
		len = 0;
	else if (strcmp(odd, "short") == 0)
		len = len * 2 / 3;
	if (spoiling->count)
		buf_printf(frame, "0|%s|%s|", channel->tr_id, spoiling->count);
	else if (strcmp(odd, "type") == 0)
		buf_printf(frame, "2|%s|%03d|", channel->tr_id,
			   (int)batch->count);
	else if (strcmp(odd, "tr") == 0)
		buf_printf(frame, "0|H0XXXXX0|%03d|", (int)batch->count);
	else if (strcmp(odd, "bars") != 0)
		tick_add_head(frame, channel, batch->count);
	buf_append(frame, buf_text(&batch->text), len);
	if (spoiling->has_bad_byte)
		buf_putc(frame, '\xff');
}

/* ---- sending it ---- */

static void note_glued(struct stream_session *session)
{
	if (session->glue == 0 || ++session->glued < session->glue)
		return;
	stream_line_let_go(&session->line);
	session->glued = 0;
}

static void send_frame(struct stream_session *session, int opcode,
		       const struct buf *frame, const struct log_frame *entry)
{
	session->line.is_holding = session->glue > 0;
	stream_line_add(&session->line, opcode, buf_text(frame), frame->len);
	session->line.is_holding = false;
	log_frame(session->place->tape_log_fd, entry);
	session->records += entry->count;
	session->frames++;
	note_glued(session);
}

/* The frame that was held back, after the next one of its symbol. */
static void send_swapped(struct stream_session *session, const char *tr_key,
			 int64_t now_ns)
{
	struct log_frame entry = {
		.session = session->number,
		.now_ns = now_ns,
		.number = session->swapped_number,
		.count = session->swapped_count,
		.tr_key = tr_key,
		.fault = "swap",
		.text = buf_text(&session->swapped),
		.len = session->swapped.len,
	};

	if (session->swapped.len == 0 ||
	    strcmp(session->swapped_key, tr_key) != 0)
		return;
	send_frame(session, WSLAY_TEXT_FRAME, &session->swapped, &entry);
	buf_clear(&session->swapped);
}

static void hold_back(struct stream_session *session,
		      const struct registration *one, const struct batch *batch)
{
	buf_append(&session->swapped, buf_text(&session->frame),
		   session->frame.len);
	memcpy(session->swapped_key, one->channel.tr_key,
	       sizeof(session->swapped_key));
	session->swapped_number = batch->number;
	session->swapped_count = batch->count;
}

/* A frame of a symbol that nobody asked for. */
static void send_alien(struct stream_session *session,
		       const struct registration *one, int64_t now_ns)
{
	const char *unknown = session->rules->unknown;
	struct tick_change none = { .width = 0 };
	const struct fault_rule *rule = stream_session_fault(
		session, STREAM_ALIEN, one->channel.tr_key, one->channel.code);
	struct registration alien;
	struct buf text;

	if (!rule || registration_resolve(unknown, false, "H0STCNT0",
					  rule->text, &alien))
		return;
	registration_begin(&alien, unknown, session->place->tape, now_ns);
	if (!alien.has_trades)
		return;
	buf_init(&text, 65536);
	tick_add_head(&text, &alien.channel, 1);
	tick_add_record(&text, &alien.channel, &alien.cursor.trade,
			tape_unix_s(session->place->tape, 0),
			session->rules->width, &none);
	stream_line_add(&session->line, WSLAY_TEXT_FRAME, buf_text(&text),
			text.len);
	buf_release(&text);
}

static void feed_one(struct stream_session *session, int place, int64_t now_ns)
{
	struct registration *one = &session->all.item[place];
	struct batch batch = { .count = 0 };
	struct log_frame entry;
	struct spoiling spoiling;

	choose_spoiling(session, one, &spoiling);
	buf_init(&batch.text, (size_t)1 << 20);
	add_records(session, one, &spoiling.change, &batch, now_ns);
	if (batch.count == 0)
		goto out;
	buf_clear(&session->frame);
	make_frame(&session->frame, &one->channel, &spoiling, &batch);
	entry = (struct log_frame){
		.session = session->number,
		.now_ns = now_ns,
		.number = batch.number,
		.count = batch.count,
		.tr_key = one->channel.tr_key,
		.fault = spoiling.fault,
		.text = buf_text(&session->frame),
		.len = session->frame.len,
	};
	if (spoiling.is_swapped && session->swapped.len == 0) {
		hold_back(session, one, &batch);
		goto out;
	}
	send_frame(session, spoiling.opcode, &session->frame, &entry);
	if (spoiling.is_twice)
		send_frame(session, spoiling.opcode, &session->frame, &entry);
	send_swapped(session, one->channel.tr_key, now_ns);
	send_alien(session, one, now_ns);
out:
	buf_release(&batch.text);
}

/* The place whose trade is due first, after the last fed among equals; -1:
 * none trades. */
static int first_due(const struct stream_session *session)
{
	int first = -1, count = session->all.count;

	for (int i = 1; i <= count; i++) {
		int place = (session->last_fed + i) % count;
		const struct registration *one = &session->all.item[place];

		if (one->has_trades && one->cursor.due_ns < CLOCK_NEVER &&
		    (first < 0 ||
		     one->cursor.due_ns <
			     session->all.item[first].cursor.due_ns))
			first = place;
	}
	return first;
}

int64_t stream_feed_due(const struct stream_session *session)
{
	int first = session->has_no_trades || session->is_quiet
			    ? -1
			    : first_due(session);

	if (first < 0 || stream_line_pending(&session->line) > PENDING_HIGH)
		return CLOCK_NEVER;
	return session->all.item[first].cursor.due_ns;
}

void stream_feed_run(struct stream_session *session, int64_t now_ns)
{
	while (stream_feed_due(session) <= now_ns) {
		session->last_fed = first_due(session);
		feed_one(session, session->last_fed, now_ns);
		/* After so many records, and not after some more. */
		if (stream_moment_is_any_due(session, now_ns))
			break;
	}
}

void stream_feed_push(struct stream_session *session, int place, int64_t count,
		      int64_t now_ns)
{
	int keys = session->all.count;

	for (int i = 0; i < keys; i++) {
		struct registration *one = &session->all.item[i];
		int64_t share = count / keys + (i < count % keys);

		if (one->has_trades && (place < 0 || place == i))
			tape_push(session->place->tape, &one->cursor,
				  place < 0 ? share : count, now_ns);
	}
	/* All of it is made before the first byte goes out: who measures a
	 * client by it does not measure this. */
	for (;;) {
		int first = first_due(session);

		if (first < 0 ||
		    session->all.item[first].cursor.due_ns > now_ns)
			break;
		session->last_fed = first;
		feed_one(session, first, now_ns);
	}
}
