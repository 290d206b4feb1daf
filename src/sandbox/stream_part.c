/* SPDX-License-Identifier: MIT */
/* stream_part.c: what all parts of a session use. */
#include "sandbox/stream_session.h"

#include "base/clock.h"
#include "sandbox/json_text.h"

void stream_session_log(const struct stream_session *session, struct buf *line,
			const char *what, int64_t now_ns)
{
	log_begin(line, now_ns);
	json_add_field(line, "event", what);
	json_add_number(line, "session", session->number);
}

const struct fault_rule *stream_session_fault(struct stream_session *session,
					      enum fault fault,
					      const char *tr_key,
					      const char *code)
{
	struct stream_event event = {
		.session = session->number,
		.tr_key = tr_key,
		.code = code,
	};

	return stream_desk_find(session->place->desk, fault, &event);
}

void stream_session_close(struct stream_session *session, const char *why,
			  int64_t until_ns)
{
	/* The app key is free before the client can know of the end: it may
	 * come back at once. */
	stream_desk_leave(session->place->desk, session->number,
			  session->close_code >= 0, clock_monotonic_ns());
	if (!session->end)
		session->end = why;
	session->closing_ns = earlier(session->closing_ns, until_ns);
}

bool stream_moment_is_due(const struct stream_session *session,
			  const struct stream_moment *moment, int64_t now_ns)
{
	const struct fault_rule *rule = moment->rule;

	return !moment->is_over && session->records >= rule->after &&
	       session->all.count >= rule->registered &&
	       now_ns - session->opened_ns >= rule->ms * NS_PER_MS;
}

bool stream_moment_is_any_due(const struct stream_session *session,
			      int64_t now_ns)
{
	for (int i = 0; i < session->moment_count; i++) {
		if (stream_moment_is_due(session, &session->moment[i], now_ns))
			return true;
	}
	return false;
}
