/* SPDX-License-Identifier: MIT */
#include "command/name_finder.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "cli/symbol_list.h"
#include "command/symbol_names.h"
#include "share/name_book.h"

enum { TEXT_MAX_BYTES = 256, SHOWN_MAX = 4 };

void name_finder_init(struct name_finder *f,
		      const struct name_finder_config *config)
{
	*f = (struct name_finder){ .config = *config };
}

void name_finder_release(struct name_finder *f)
{
	name_book_free(f->book);
	f->book = NULL;
}

static int read_book(struct name_finder *f, bool fetches, struct err *err)
{
	struct options *o = f->config.options;
	struct command c = f->config.command;

	c.accounts = &f->accounts;
	name_book_free(f->book);
	f->book = name_book_new(err);
	if (!f->book || accounts_choose_lists(&f->accounts, o, err) < 0 ||
	    f->config.prepare(f->config.arg, &c.state_dirfd, err) < 0)
		return -1;
	if (fetches && accounts_load_logins(&f->accounts, o, true, c.stop,
					    c.deadline_ns, err) < 0)
		return -1;
	if (symbol_names_load(&c, fetches, f->book, err) < 0)
		return -1;
	return name_book_index(f->book, err);
}

static bool is_same(const struct name_finder *f, size_t a, size_t b)
{
	const struct name_entry x = name_book_at(f->book, a),
				y = name_book_at(f->book, b);

	return memcmp(&x.symbol, &y.symbol, sizeof x.symbol) == 0;
}

/* Two sources may list one symbol. Returns how many are left. */
static size_t drop_repeated(const struct name_finder *f, size_t *found,
			    size_t count)
{
	size_t kept = 0, k;

	for (size_t i = 0; i < count; i++) {
		for (k = 0; k < kept && !is_same(f, found[k], found[i]); k++)
			;
		if (k == kept)
			found[kept++] = found[i];
	}
	return kept;
}

/* Returns 1, or 0 when none bears the name.
 * Errors: INPUT: several do. */
static int look_up(const struct name_finder *f, const char *text,
		   struct symbol *out, struct err *err)
{
	char shown[160] = "";
	size_t found[2 * SHOWN_MAX];
	size_t count = name_book_named(f->book, text, found, 2 * SHOWN_MAX);

	count = drop_repeated(f, found,
			      count < 2 * SHOWN_MAX ? count : 2 * SHOWN_MAX);
	if (count == 0)
		return 0;
	*out = name_book_at(f->book, found[0]).symbol;
	if (count == 1)
		return 1;
	for (size_t i = 0; i < count && i < SHOWN_MAX; i++) {
		const struct symbol s = name_book_at(f->book, found[i]).symbol;
		size_t len = strlen(shown);

		snprintf(shown + len, sizeof shown - len, "%s%s.%s",
			 i ? ", " : "", s.code, market_name(s.market));
	}
	return err_set(err, ERR_INPUT, "a name of several: write one of %s%s",
		       shown, count > SHOWN_MAX ? ", ..." : "");
}

/* Whether a text can be nothing but a name: then it is worth a fetch. What the
 * lists have beside ASCII is Hangul. */
static bool has_hangul(const char *text)
{
	size_t len = strlen(text), bytes;
	uint32_t cp;

	for (; len > 0; text += bytes, len -= bytes) {
		bytes = utf8_decode(text, len, &cp);
		if (bytes == 0)
			return false;
		if (cp >= 0xac00 && cp <= 0xd7a3)
			return true;
	}
	return false;
}

static int fail_unknown(const struct name_finder *f, bool may_fetch,
			struct err *err)
{
	if (f->has_failed)
		return err_set(err, ERR_INPUT,
			       "no symbol, and not known as a name: %s",
			       f->why.msg);
	if (!f->was_fetched && f->config.may_fetch && !may_fetch)
		return err_set(err, ERR_INPUT,
			       "no symbol, and not looked up as a name: "
			       "mend the others first");
	return err_set(err, ERR_INPUT,
		       f->was_fetched ? "no symbol has this name: see --find"
				      : "no symbol, and not known as a name: "
					"--find fetches the lists of names");
}

/* What is remembered first; only a text that can be no symbol is worth more. */
static int find_text(struct name_finder *f, const char *text, bool may_fetch,
		     struct symbol *out, struct err *err)
{
	int rc;

	if (!f->book && !f->has_failed && read_book(f, false, &f->why) < 0)
		f->has_failed = true;
	if (f->book && !f->has_failed && (rc = look_up(f, text, out, err)) != 0)
		return rc;
	if (!has_hangul(text))
		return 0;
	if (!f->config.may_fetch || !may_fetch || f->was_fetched ||
	    f->has_failed)
		return fail_unknown(f, may_fetch, err);
	f->was_fetched = true;
	if (read_book(f, true, &f->why) < 0) {
		f->has_failed = true;
		return fail_unknown(f, may_fetch, err);
	}
	rc = look_up(f, text, out, err);
	return rc ? rc : fail_unknown(f, may_fetch, err);
}

static int find(void *arg, const char *text, size_t len, bool may_fetch,
		struct symbol *out, struct err *err)
{
	char copy[TEXT_MAX_BYTES];

	if (len >= sizeof copy || memchr(text, '\0', len))
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (!has_hangul(copy) && !strchr(copy, ' '))
		return 0; /* a mistyped symbol is far more likely */
	return find_text(arg, copy, may_fetch, out, err);
}

struct symbol_namer name_finder_namer(struct name_finder *f)
{
	return (struct symbol_namer){ find, f };
}
