/* SPDX-License-Identifier: MIT */
#include "model/event.h"

const char *event_name(enum event_type type)
{
	static const char *const names[EVENT_TYPES] = {
		[EVENT_CONNECTING] = "connecting",
		[EVENT_CONNECTED] = "connected",
		[EVENT_FOLLOWED] = "followed",
		[EVENT_SUBSCRIBED] = "subscribed",
		[EVENT_REFUSED] = "refused",
		[EVENT_SNAPSHOT] = "snapshot",
		[EVENT_GAP] = "gap",
		[EVENT_UNREADABLE] = "unreadable",
		[EVENT_STALE] = "stale",
		[EVENT_RESUMED] = "resumed",
		[EVENT_RECONNECTING] = "reconnecting",
		[EVENT_HELD] = "held",
		[EVENT_LIMIT] = "limit",
		[EVENT_BLOCKED] = "blocked",
		[EVENT_LATE] = "late",
		[EVENT_CLOSED_MARKET] = "closed-market",
		[EVENT_DONE] = "done",
	};

	require((unsigned)type < EVENT_TYPES);
	return names[type];
}
