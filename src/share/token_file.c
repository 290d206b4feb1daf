#include "share/token_file.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/safefile.h"
#include "net/json_read.h"
#include "net/json_write.h"

enum { FILE_VERSION = 1, FILE_MAX_BYTES = 8192, NAME_BYTES = 64 };

int token_file_lock(int dirfd, const char *owner, struct stop *stop,
		    int64_t deadline_ns, struct err *err)
{
	char name[NAME_BYTES];

	snprintf(name, sizeof name, "token-%s.lock", owner);
	return safefile_lock(dirfd, name, stop, deadline_ns, err);
}

int token_file_parse(const char *text, size_t len, const char *owner,
		     struct token_file *f, struct err *err)
{
	struct json_doc *doc = json_parse_object(text, len, err);
	const struct json_node *root;
	const char *whose, *token;
	int64_t version = 0, expires_at_ms = 0, asked_at_ms = 0;
	int rc = -1;

	if (!doc)
		return -1;
	root = json_root(doc);
	if (json_get_integer(root, "version", 1, 1000, &version, err) < 0 ||
	    json_get_string(root, "owner", &whose, err) < 0 ||
	    json_get_string(root, "token", &token, err) < 0 ||
	    json_get_integer(root, "expires_at_ms", 0, INT64_C(1) << 52,
			     &expires_at_ms, err) < 0 ||
	    json_get_integer(root, "asked_at_ms", 0, INT64_C(1) << 52,
			     &asked_at_ms, err) < 0)
		goto out;
	if (version != FILE_VERSION || !whose || strcmp(whose, owner) != 0 ||
	    !token || strlen(token) >= sizeof f->token.text ||
	    strspn(token, TOKEN_CHARACTERS) != strlen(token)) {
		err_set(err, ERR_PARSE, "not a token of ours");
		goto out;
	}
	memcpy(f->token.text, token, strlen(token) + 1);
	f->token.expires_at_ms = expires_at_ms;
	f->asked_at_ms = asked_at_ms;
	rc = 0;
out:
	json_free(doc);
	return rc;
}

void token_file_read(int dirfd, const char *owner, struct token_file *f)
{
	char name[NAME_BYTES];
	struct buf text;
	struct err why;

	snprintf(name, sizeof name, "token-%s", owner);
	buf_init(&text, FILE_MAX_BYTES);
	if (safefile_read(dirfd, name, &text, &why) > 0 &&
	    token_file_parse(buf_text(&text), text.len, owner, f, &why) < 0)
		memset(&f->token, 0, sizeof f->token);
	buf_release(&text);
}

void token_file_write(int dirfd, const char *owner, const struct token_file *f)
{
	char name[NAME_BYTES];
	struct json_writer w;
	struct buf text;
	struct err why;

	if (dirfd < 0)
		return;
	snprintf(name, sizeof name, "token-%s", owner);
	buf_init(&text, FILE_MAX_BYTES);
	json_writer_init(&w, &text);
	json_begin_object(&w);
	json_key(&w, "version");
	json_put_integer(&w, FILE_VERSION);
	json_key(&w, "owner");
	json_put_string(&w, owner);
	json_key(&w, "token");
	json_put_string(&w, f->token.text);
	json_key(&w, "expires_at_ms");
	json_put_integer(&w, f->token.expires_at_ms);
	json_key(&w, "asked_at_ms");
	json_put_integer(&w, f->asked_at_ms);
	json_end_object(&w);
	buf_putc(&text, '\n');
	if (buf_check(&text, ERR_SYSTEM, &why) == 0 &&
	    safefile_write(dirfd, name, buf_text(&text), text.len, &why) < 0)
		why.kind = ERR_SYSTEM; /* the next process issues its own */
	buf_release(&text);
}
