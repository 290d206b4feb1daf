/* SPDX-License-Identifier: MIT */
/* The cache as a file that processes share: read whole, merged and replaced. */
#include "share/quote_cache_part.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/safefile.h"
#include "base/safefile_edit.h"

static void name_file(const struct quote_cache *c,
		      char out[SAFEFILE_NAME_BYTES])
{
	snprintf(out, SAFEFILE_NAME_BYTES, "quotes-%s", c->scope);
}

int quote_cache_load(struct quote_cache *c, int dirfd, struct err *err)
{
	char name[SAFEFILE_NAME_BYTES];
	struct buf text;
	int rc;

	name_file(c, name);
	buf_init(&text, QUOTE_CACHE_MAX_BYTES);
	rc = safefile_read(dirfd, name, &text, err);
	if (rc > 0) {
		rc = quote_cache_parse(c, buf_text(&text), text.len, err);
		if (rc < 0)
			err_wrap(err, "cannot use '%s'", name);
	}
	buf_release(&text);
	return rc < 0 ? -1 : 0;
}

/* Adds this run's quotes to those of the file, where they are the newer ones. */
static int merge(const struct quote_cache *ours, struct quote_cache *file,
		 const struct quote_moment *now, struct err *err)
{
	for (size_t i = 0; i < ours->count; i++) {
		const struct quote_kept *k = &ours->kept[i], *old;
		int64_t age = quote_moment_age_ms(&k->at, now), other;

		if (!k->is_new || age < 0)
			continue;
		old = quote_cache_find(file, &k->symbol, k->has_detail);
		other = old ? quote_moment_age_ms(&old->at, now) : -1;
		if (other >= 0 && other < age)
			continue;
		if (quote_cache_put(file, k, err) < 0)
			return -1;
	}
	return 0;
}

/* What the file is to hold. Its damage was told when it was loaded. */
static int write_text(void *arg, int dirfd, struct buf *out, struct err *err)
{
	const struct quote_cache *c = arg;
	struct quote_cache *file = quote_cache_new("", err);
	struct quote_moment now;
	int rc;

	if (!file)
		return -1;
	memcpy(file->scope, c->scope, sizeof file->scope);
	quote_moment_now(&now);
	if (quote_cache_load(file, dirfd, NULL) < 0)
		quote_cache_clear(file);
	rc = merge(c, file, &now, err);
	if (rc == 0)
		rc = quote_cache_format(file, &now, out, err);
	quote_cache_free(file);
	return rc;
}

int quote_cache_save(struct quote_cache *c, int dirfd, struct stop *stop,
		     int64_t deadline_ns, struct err *err)
{
	const struct safefile_text text = { QUOTE_CACHE_MAX_BYTES, write_text,
					    c };
	char name[SAFEFILE_NAME_BYTES];

	name_file(c, name);
	if (c->has_news &&
	    safefile_rewrite(dirfd, name, &text, stop, deadline_ns, err) < 0)
		return -1;
	c->has_news = false;
	return 0;
}
