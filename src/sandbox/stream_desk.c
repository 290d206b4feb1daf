/* SPDX-License-Identifier: MIT */
#include "sandbox/stream_desk.h"

#include <stdlib.h>

#include "base/sync.h"
#include "sandbox/chance.h"

struct stream_desk {
	struct mutex mu;
	struct stream_rules rules;      /* c; l: counters of rules.fault */
	bool has_fault[FAULTS];         /* c: a rule speaks of it */
	struct approval_desk approvals; /* l */
	int64_t sessions;               /* l: opened so far */
	int64_t holder;                 /* l: has the app key; 0: none */
	int64_t free_ns;                /* l: until then it is kept */
	uint64_t chance;                /* l */
};

struct stream_desk *stream_desk_new(const struct stream_rules *rules,
				    struct err *err)
{
	struct stream_desk *desk = calloc(1, sizeof(*desk));

	if (!desk) {
		err_no_memory(err);
		return NULL;
	}
	desk->rules = *rules;
	desk->chance = rules->seed;
	approval_desk_init(&desk->approvals, &rules->approval);
	for (size_t i = 0; i < rules->fault_count; i++)
		desk->has_fault[rules->fault[i].fault] = true;
	if (mutex_init(&desk->mu, err)) {
		free(desk);
		return NULL;
	}
	return desk;
}

void stream_desk_free(struct stream_desk *desk)
{
	if (!desk)
		return;
	mutex_destroy(&desk->mu);
	free(desk);
}

const struct stream_rules *stream_desk_rules(const struct stream_desk *desk)
{
	return &desk->rules;
}

static uint64_t draw_locked(struct stream_desk *desk) REQUIRES(desk->mu)
{
	return chance_next(&desk->chance);
}

uint64_t stream_desk_draw(struct stream_desk *desk)
{
	uint64_t drawn;

	mutex_lock(&desk->mu);
	drawn = draw_locked(desk);
	mutex_unlock(&desk->mu);
	return drawn;
}

bool stream_desk_issue(struct stream_desk *desk, int64_t now_ns,
		       char out[APPROVAL_KEY_BYTES])
{
	const char *key;

	mutex_lock(&desk->mu);
	key = approval_issue(&desk->approvals, now_ns);
	for (int i = 0; key && i < APPROVAL_KEY_BYTES; i++)
		out[i] = key[i];
	mutex_unlock(&desk->mu);
	return key != NULL;
}

int64_t stream_desk_open(struct stream_desk *desk)
{
	int64_t number;

	mutex_lock(&desk->mu);
	number = ++desk->sessions;
	mutex_unlock(&desk->mu);
	return number;
}

static const char *admit_locked(struct stream_desk *desk, int64_t session,
				const char *approval, int64_t now_ns)
	REQUIRES(desk->mu)
{
	if (approval_check(&desk->approvals, approval, now_ns) != APPROVAL_GOOD)
		return "OPSP0011";
	if (desk->holder != 0 || now_ns < desk->free_ns)
		return "OPSP8996";
	desk->holder = session;
	return NULL;
}

const char *stream_desk_admit(struct stream_desk *desk, int64_t session,
			      const char *approval, int64_t now_ns)
{
	const char *code = NULL;

	mutex_lock(&desk->mu);
	/* Who is in has been looked at, and is not asked again. */
	if (desk->holder != session)
		code = admit_locked(desk, session, approval, now_ns);
	mutex_unlock(&desk->mu);
	return code;
}

void stream_desk_leave(struct stream_desk *desk, int64_t session, bool has_said,
		       int64_t now_ns)
{
	mutex_lock(&desk->mu);
	if (desk->holder == session) {
		desk->holder = 0;
		desk->free_ns =
			has_said ? 0 : now_ns + desk->rules.slot_keep_ns;
	}
	mutex_unlock(&desk->mu);
}

bool stream_desk_fires(struct stream_desk *desk, const struct fault_rule *rule,
		       const struct stream_event *event)
{
	struct fault_rule *counted =
		&desk->rules.fault[rule - desk->rules.fault];
	struct stream_event drawn = *event;
	bool fires;

	mutex_lock(&desk->mu);
	drawn.random = draw_locked(desk);
	fires = stream_fault_fires(counted, &drawn);
	mutex_unlock(&desk->mu);
	return fires;
}

const struct fault_rule *stream_desk_find(struct stream_desk *desk,
					  enum fault fault,
					  const struct stream_event *event)
{
	const struct fault_rule *found = NULL;

	for (size_t i = 0;
	     desk->has_fault[fault] && i < desk->rules.fault_count; i++) {
		const struct fault_rule *rule = &desk->rules.fault[i];

		if (rule->fault == fault &&
		    stream_desk_fires(desk, rule, event) && !found)
			found = rule;
	}
	return found;
}
