/* SPDX-License-Identifier: MIT */
/* What each field of a trade is, and of a symbol's refusal. */
#include "cli/render.h"
#include "cli/render_format.h"

#include "model/event.h"
#include "model/record.h"
#include "model/tick.h"

const unsigned char render_tick_numbers[FIELD_COUNT] = {
	[QUOTE_PRICE] = TICK_PRICE + 1,
	[QUOTE_CHANGE] = TICK_CHANGE + 1,
	[QUOTE_CHANGE_PERCENT] = TICK_CHANGE_PERCENT + 1,
	[QUOTE_OPEN] = TICK_OPEN + 1,
	[QUOTE_HIGH] = TICK_HIGH + 1,
	[QUOTE_LOW] = TICK_LOW + 1,
	[QUOTE_PREVIOUS_CLOSE] = TICK_PREVIOUS_CLOSE + 1,
	[QUOTE_VOLUME] = TICK_VOLUME + 1,
	[QUOTE_TURNOVER] = TICK_TURNOVER + 1,
	[QUOTE_BID] = TICK_BID + 1,
	[QUOTE_ASK] = TICK_ASK + 1,
	[FIELD_SIZE] = TICK_SIZE + 1,
	[FIELD_ASK_SIZE] = TICK_ASK_SIZE + 1,
	[FIELD_BID_SIZE] = TICK_BID_SIZE + 1,
	[FIELD_VWAP] = TICK_VWAP + 1,
	[FIELD_STRENGTH] = TICK_STRENGTH + 1,
	[FIELD_TOTAL_ASK_SIZE] = TICK_TOTAL_ASK_SIZE + 1,
	[FIELD_TOTAL_BID_SIZE] = TICK_TOTAL_BID_SIZE + 1,
};

uint32_t render_tick_wanted(const struct field_set *fields)
{
	uint32_t wanted = 0;

	for (size_t i = 0; i < fields->count; i++) {
		int number = render_tick_numbers[fields->field[i]];

		if (number)
			wanted |= TICK_BIT(number - 1);
	}
	return wanted;
}

static void set_word(struct value *v, struct span word)
{
	value_set(v, VALUE_WORD, word.text, word.len);
}

static void set_known(struct value *v, int64_t count)
{
	if (count == TICK_UNKNOWN)
		value_set_null(v);
	else
		value_set_count(v, count);
}

static void set_halted(struct value *v, const struct tick *t)
{
	if (t->halt == HALT_UNKNOWN)
		value_set_null(v);
	else
		value_set_bool(v, t->halt == HALT_YES);
}

static void set_trade_time(struct value *v, const struct tick *t)
{
	_Static_assert((int)VALUE_BYTES >= (int)TICK_TIME_BYTES, "it must fit");
	if (tick_format_time(t, v->made))
		value_set_made(v, VALUE_WORD, TICK_TIME_BYTES - 1);
	else
		value_set_null(v);
}

void render_get_tick_value(const struct record *record, enum field f,
			   struct value *v)
{
	const struct tick *t = record->tick;

	if (render_tick_numbers[f]) {
		enum tick_number n =
			(enum tick_number)(render_tick_numbers[f] - 1);

		value_set(v, VALUE_NUMBER, tick_number(t, n), t->len[n]);
		return;
	}
	switch ((int)f) {
	/* A code that is followed has been read: it needs no escape. */
	case FIELD_SYMBOL:
		value_set_text(v, VALUE_WORD, record->symbol);
		break;
	case FIELD_INPUT:
		value_set_text(v, VALUE_WORD, record->input);
		break;
	case FIELD_EXCHANGE:
		value_set_text(v, VALUE_WORD, record->exchange);
		break;
	case FIELD_SIDE:
		set_word(v, tick_side_name((enum tick_side)t->side));
		break;
	case FIELD_TRADE_TIME:
		set_trade_time(v, t);
		break;
	case FIELD_RECEIVED_AT:
		value_set_time(v, t->received_at_ms);
		break;
	case FIELD_SESSION:
		set_word(v, tick_session_name((enum tick_session)t->session));
		break;
	case FIELD_HALTED:
		set_halted(v, t);
		break;
	case FIELD_SEQ:
		set_known(v, t->trades);
		break;
	case FIELD_GAP:
		set_known(v, t->gap);
		break;
	case FIELD_GAP_VOLUME:
		set_known(v, t->gap_volume);
		break;
	case FIELD_MERGED:
		value_set_count(v, t->merged);
		break;
	case FIELD_ERROR:
		value_set_bool(v, false);
		break;
	default:
		render_get_identity(record, f, v);
	}
}

void render_get_refused_value(const struct record *record, enum field f,
			      struct value *v)
{
	const struct event *e = record->refusal;

	switch ((int)f) {
	case FIELD_ERROR:
		value_set_bool(v, true);
		break;
	case FIELD_ERROR_TYPE:
		value_set_text(v, VALUE_WORD, err_kind_name(e->kind));
		break;
	case FIELD_RT_CD:
		value_set_text(v, VALUE_TEXT, e->rt_cd[0] ? e->rt_cd : "9");
		break;
	case FIELD_MSG_CD:
		value_set_text(v, VALUE_TEXT, e->msg_cd[0] ? e->msg_cd : NULL);
		break;
	case FIELD_MSG1:
		value_set_text(v, VALUE_TEXT, e->text);
		break;
	case FIELD_RECEIVED_AT:
		value_set_time(v, e->at_ms);
		break;
	default:
		render_get_identity(record, f, v);
	}
}
