/* SPDX-License-Identifier: MIT */
#include "share/token_store.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/safefile.h"
#include "base/safefile_edit.h"
#include "share/token_file.h"

enum { FILE_MAX_BYTES = 8192 };

#define DONE_WAIT_NS (2 * NS_PER_SEC)
#define DONE_LATE_NS (NS_PER_SEC / 4) /* after the deadline */

struct token_store {
	struct token_store_config config; /* its texts are below */
	char owner[HASH_NAME_BYTES];
	char name[SAFEFILE_NAME_BYTES - 40]; /* of the file */
	struct token_state own; /* what this process knows by itself */
	int64_t last_claim;
	struct err warning;
	bool has_warning;
};

struct token_store *token_store_new(const struct token_store_config *config,
				    struct err *err)
{
	struct token_store *s = err_calloc(sizeof *s, err);

	if (!s)
		return NULL;
	s->config = *config;
	snprintf(s->owner, sizeof s->owner, "%s", config->owner);
	snprintf(s->name, sizeof s->name, "%s-%s", config->prefix, s->owner);
	s->config.owner = s->config.prefix = NULL;
	token_state_init(&s->own);
	return s;
}

void token_store_free(struct token_store *s)
{
	free(s);
}

/* ---- the file ---- */

/* Whether the asker is a process of this machine that is no more. */
static bool is_claimed_by_the_dead(const struct token_state *t)
{
	return t->claim && t->claim_pid > 0 &&
	       kill((pid_t)t->claim_pid, 0) < 0 && errno == ESRCH;
}

/* What the file says, and what this process knows better. */
static void read_state(const struct token_store *s, struct token_state *out)
{
	struct token_place here;
	struct buf text;
	struct err why;

	token_state_init(out);
	buf_init(&text, FILE_MAX_BYTES);
	token_place_here(&here);
	if (s->config.dirfd >= 0 &&
	    safefile_read(s->config.dirfd, s->name, &text, &why) > 0 &&
	    token_file_parse(buf_text(&text), text.len, s->owner, &here, out,
			     &why) == 0 &&
	    is_claimed_by_the_dead(out))
		out->claim = 0;
	buf_release(&text);
	token_state_merge(out, &s->own);
}

static int write_state(const struct token_store *s, struct safefile_edit *edit,
		       const struct token_state *t, struct err *err)
{
	struct token_place here;
	struct buf text;
	int rc;

	buf_init(&text, FILE_MAX_BYTES);
	token_place_here(&here);
	token_file_format(t, s->owner, &here, &text);
	rc = buf_check(&text, ERR_SYSTEM, err);
	if (rc < 0)
		safefile_edit_abandon(edit);
	else
		rc = safefile_edit_commit(edit, buf_text(&text), text.len, err);
	buf_release(&text);
	return rc;
}

static void note_warning(struct token_store *s, const struct err *why)
{
	if (s->has_warning)
		return;
	s->warning = *why;
	s->has_warning = true;
}

const struct err *token_store_warning(const struct token_store *s)
{
	return s->has_warning ? &s->warning : NULL;
}

/* ---- one change ---- */

/* Changes the state by a function of it, which says whether there is a change;
 * it is called anew where the lock was lost in between.
 * Errors: DEADLINE, CANCELED. A file that cannot be changed is none: then what
 * this process knows is changed. */
typedef bool (*change_fn)(struct token_state *t, void *arg, int64_t now_ms);

static int change_file(struct token_store *s, change_fn change, void *arg,
		       struct stop *stop, int64_t deadline_ns,
		       struct token_state *t, struct err *err)
{
	struct safefile_edit edit;
	int rc;

	do {
		if (safefile_edit_begin(&edit, s->config.dirfd, s->name, stop,
					deadline_ns, err) < 0)
			return -1;
		read_state(s, t);
		if (!change(t, arg, clock_boot_ms())) {
			safefile_edit_abandon(&edit);
			return 0;
		}
		rc = write_state(s, &edit, t, err);
	} while (rc > 0);
	return rc;
}

static int change_state(struct token_store *s, change_fn change, void *arg,
			struct stop *stop, int64_t deadline_ns,
			struct token_state *t, struct err *err)
{
	struct err why;

	if (s->config.dirfd >= 0) {
		if (change_file(s, change, arg, stop, deadline_ns, t, &why) ==
		    0)
			return 0;
		if (why.kind == ERR_DEADLINE || why.kind == ERR_CANCELED) {
			*err = why;
			return -1;
		}
		note_warning(s, &why);
	}
	read_state(s, t);
	change(t, arg, clock_boot_ms());
	s->own = *t;
	return 0;
}

/* ---- the operations ---- */

void token_store_look(struct token_store *s, const char *dead,
		      struct token_view *out)
{
	read_state(s, &out->state);
	out->turn = token_state_turn(&out->state, &s->config.rules, dead,
				     clock_boot_ms(), &out->until_ms);
}

struct begin {
	const struct token_rules *rules;
	const char *dead;
	struct token_claim *claim;
	struct token_view *out;
};

static bool begin(struct token_state *t, void *arg, int64_t now_ms)
{
	struct begin *b = arg;

	b->out->turn = token_state_turn(t, b->rules, b->dead, now_ms,
					&b->out->until_ms);
	if (b->out->turn == TOKEN_ASK)
		token_state_claim(t, b->rules, b->claim, now_ms);
	return b->out->turn == TOKEN_ASK;
}

/* Of its processes, and of this one's claims: never 0, and exact in JSON. */
static int64_t make_claim_id(struct token_store *s)
{
	const int64_t seed[] = { getpid(), clock_monotonic_ns(),
				 ++s->last_claim };

	return (int64_t)(hash_bytes(seed, sizeof seed, (uintptr_t)s) >> 13) | 1;
}

int token_store_begin(struct token_store *s, const char *dead,
		      struct stop *stop, int64_t deadline_ns,
		      struct token_claim *claim, struct token_view *out,
		      struct err *err)
{
	struct begin b = { &s->config.rules, dead, claim, out };

	claim->id = make_claim_id(s);
	claim->pid = getpid();
	return change_state(s, begin, &b, stop, deadline_ns, &out->state, err);
}

struct done {
	const struct token_rules *rules;
	const struct token_claim *claim;
	const struct token_end *end;
};

static bool done(struct token_state *t, void *arg, int64_t now_ms)
{
	const struct done *d = arg;

	token_state_done(t, d->rules, d->claim, d->end, now_ms);
	return true;
}

void token_store_done(struct token_store *s, const struct token_claim *claim,
		      const struct token_end *end, struct stop *stop,
		      int64_t deadline_ns, struct token_view *out)
{
	struct done d = { &s->config.rules, claim, end };
	int64_t until_ns = clock_monotonic_ns() + DONE_WAIT_NS;
	struct err why;

	if (deadline_ns < until_ns - DONE_LATE_NS)
		until_ns = deadline_ns + DONE_LATE_NS;

	/* Memory first: whatever becomes of the file, this process knows. */
	read_state(s, &out->state);
	done(&out->state, &d, clock_boot_ms());
	s->own = out->state;
	if (change_state(s, done, &d, stop, until_ns, &out->state, &why) < 0)
		out->state = s->own;
}
