/* SPDX-License-Identifier: MIT */
#include "share/token_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "net/json_read.h"
#include "net/json_write.h"
#include "share/boot.h"
#include "share/token_state.h"

enum { FILE_VERSION = 1, PLACE_BYTES = 17 };

#define INTEGER_MAX ((INT64_C(1) << 52) - 1)

/* By these names a file of another release stays readable. */
static const char *const result_names[TOKEN_RESULTS] = {
	[TOKEN_UNTOLD] = NULL,     [TOKEN_UNDER_WAY] = "under way",
	[TOKEN_ISSUED] = "issued", [TOKEN_REFUSED] = NULL,
	[TOKEN_LOST] = "lost",     [TOKEN_ELSEWHERE] = "elsewhere",
};

/* ---- where this process stands ---- */

void token_place_here(struct token_place *here)
{
	uint64_t space;

	*here = (struct token_place){ .began_ms = clock_real_ms() -
						  clock_boot_ms() };
	if (!boot_is_named())
		return;
	here->boot = boot_name();
	space = boot_pid_space();
	here->processes = hash_bytes(&space, sizeof space, here->boot);
}

/* ---- reading ---- */

/* The file's numbers, as they are written. */
struct numbers {
	int64_t version, expires_at, got_at, asked_at, began;
	int64_t claim, claim_pid, claim_until;
	uint64_t boot, processes;
};

static int get_place(const struct json_node *root, const char *key,
		     uint64_t *out, struct err *err)
{
	const char *text;

	if (json_get_string(root, key, &text, err) < 0)
		return -1;
	*out = text ? strtoull(text, NULL, 16) : 0;
	return 0;
}

static int get_numbers(const struct json_node *root, struct numbers *n,
		       struct err *err)
{
	const struct {
		const char *key;
		int64_t *value;
	} rows[] = {
		{ "version", &n->version },
		{ "expires_at_ms", &n->expires_at },
		{ "got_at_ms", &n->got_at },
		{ "asked_at_ms", &n->asked_at },
		{ "asking", &n->claim },
		{ "asking_pid", &n->claim_pid },
		{ "asking_until_ms", &n->claim_until },
	};
	size_t i;

	memset(n, 0, sizeof *n);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (json_get_integer(root, rows[i].key, 0, INTEGER_MAX,
				     rows[i].value, err) < 0)
			return -1;
	/* Before 1970 where the clock of a machine without battery was. */
	if (json_get_integer(root, "boot_began_ms", -INTEGER_MAX, INTEGER_MAX,
			     &n->began, err) < 0)
		return -1;
	if (get_place(root, "boot", &n->boot, err) < 0 ||
	    get_place(root, "processes", &n->processes, err) < 0)
		return -1;
	return 0;
}

static enum token_result result_named(const char *text)
{
	for (int i = 0; text && i < TOKEN_RESULTS; i++)
		if (result_names[i] && strcmp(result_names[i], text) == 0)
			return i;
	return TOKEN_UNTOLD;
}

static void fill(struct token_state *s, const char *text,
		 const struct numbers *n, const struct token_place *here)
{
	bool is_same_boot = n->boot && n->boot == here->boot;
	int64_t began = is_same_boot ? n->began : here->began_ms;

	memset(s->text, 0, sizeof s->text);
	memcpy(s->text, text, strlen(text));
	s->expires_ms = n->expires_at - began;
	s->asked_ms = n->asked_at ? n->asked_at - began : TOKEN_NEVER;
	s->got_ms = n->got_at ? n->got_at - began : TOKEN_NEVER;
	/* An older release does not say; it was got when it was asked for. */
	if (!n->got_at && text[0])
		s->got_ms = s->asked_ms;
	s->claim = n->claim;
	s->claim_until_ms = n->claim_until - began;
	s->claim_pid = n->processes && n->processes == here->processes
			       ? n->claim_pid
			       : 0;
}

int token_file_parse(const char *text, size_t len, const char *owner,
		     const struct token_place *here, struct token_state *s,
		     struct err *err)
{
	struct json_doc *doc = json_parse(text, len, err);
	const char *whose, *token, *result;
	const struct json_node *root;
	struct numbers n;
	int rc = -1;

	if (!doc)
		return -1;
	root = json_root(doc);
	if (json_get_string(root, "owner", &whose, err) < 0 ||
	    json_get_string(root, "token", &token, err) < 0 ||
	    json_get_string(root, "asked_result", &result, err) < 0 ||
	    get_numbers(root, &n, err) < 0)
		goto out;
	if (n.version != FILE_VERSION || !whose || strcmp(whose, owner) != 0 ||
	    !token || strlen(token) >= sizeof s->text ||
	    strspn(token, TOKEN_CHARACTERS) != strlen(token)) {
		err_set(err, ERR_PARSE, "not a token of ours");
		goto out;
	}
	fill(s, token, &n, here);
	s->result = result_named(result);
	rc = 0;
out:
	json_free(doc);
	return rc;
}

/* ---- writing ---- */

static void put_time(struct json_writer *w, const char *key, int64_t ms,
		     const struct token_place *here)
{
	int64_t wall_ms = ms == TOKEN_NEVER ? 0 : ms + here->began_ms;

	if (wall_ms < 0)
		wall_ms = 0;
	json_add_integer(w, key, wall_ms < INTEGER_MAX ? wall_ms : INTEGER_MAX);
}

static void put_place(struct json_writer *w, const char *key, uint64_t place)
{
	char text[PLACE_BYTES];

	snprintf(text, sizeof text, "%016" PRIx64, place);
	json_add_string(w, key, text);
}

void token_file_format(const struct token_state *s, const char *owner,
		       const struct token_place *here, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out);
	json_begin_object(&w);
	json_add_integer(&w, "version", FILE_VERSION);
	json_add_string(&w, "owner", owner);
	json_add_string(&w, "token", s->text);
	put_time(&w, "expires_at_ms", s->text[0] ? s->expires_ms : TOKEN_NEVER,
		 here);
	put_time(&w, "got_at_ms", s->got_ms, here);
	put_time(&w, "asked_at_ms", s->asked_ms, here);
	json_add_string(&w, "asked_result", result_names[s->result]);
	if (s->claim) {
		json_add_integer(&w, "asking", s->claim);
		json_add_integer(&w, "asking_pid", s->claim_pid);
		put_time(&w, "asking_until_ms", s->claim_until_ms, here);
	}
	put_place(&w, "boot", here->boot);
	put_place(&w, "processes", here->processes);
	json_add_integer(&w, "boot_began_ms", here->began_ms);
	json_end_object(&w);
	buf_putc(out, '\n');
}
