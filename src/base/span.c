/* SPDX-License-Identifier: MIT */
#include "base/span.h"

struct span span_trim(struct span s)
{
	while (s.len > 0 && is_blank(s.text[0]))
		s = span_skip(s, 1);
	while (s.len > 0 && is_blank(s.text[s.len - 1]))
		s.len--;
	return s;
}
