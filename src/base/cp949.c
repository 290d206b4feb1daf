/* SPDX-License-Identifier: MIT */
#include "base/cp949.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>

#include "base/buf.h"

enum { PIECE_BYTES = 4096 };

/* Smaller C libraries know a part of the names. */
static iconv_t open_converter(void)
{
	static const char *const names[] = { "CP949", "UHC", "EUC-KR" };
	iconv_t cd = (iconv_t)-1;

	for (size_t i = 0;
	     cd == (iconv_t)-1 && i < sizeof names / sizeof *names; i++)
		cd = iconv_open("UTF-8", names[i]);
	return cd;
}

static void convert(iconv_t cd, char *text, size_t len, struct buf *out)
{
	char piece[PIECE_BYTES];

	while (len > 0) {
		char *to = piece;
		size_t room = sizeof piece;
		size_t rc = iconv(cd, &text, &len, &to, &room);

		buf_append(out, piece, sizeof piece - room);
		if (rc == (size_t)-1 && errno != E2BIG) {
			buf_puts(out, "\xef\xbf\xbd");
			text++;
			len--;
		}
	}
}

int cp949_append_utf8(const char *text, size_t len, struct buf *out,
		      struct err *err)
{
	iconv_t cd = open_converter();

	if (cd == (iconv_t)-1)
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot read Korean text (CP949)");
	convert(cd, (char *)(uintptr_t)text, len, out);
	iconv_close(cd);
	return buf_check(out, ERR_PARSE, err);
}
