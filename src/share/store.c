/* SPDX-License-Identifier: MIT */
#include "share/store.h"

void store_operate(struct store_operation *o, struct limiter_state *l,
		   const struct limiter_user *me, int64_t now_ns)
{
	o->now_ns = now_ns;
	switch (o->verb) {
	case STORE_ASK:
		o->reply = limiter_ask(l, me, now_ns, o->latest_ns, &o->ticket,
				       &o->at_ns);
		break;
	case STORE_CONFIRM:
		o->is_kept = limiter_confirm(l, me, o->ticket, now_ns);
		break;
	case STORE_END:
		limiter_end(l, me, o->ticket, o->how, o->ended_ns,
			    o->min_rtt_ns, now_ns);
		break;
	case STORE_NOTE_LEFT:
		limiter_note_left(l, me, o->left, o->reset_after_ns, now_ns);
		break;
	}
}
