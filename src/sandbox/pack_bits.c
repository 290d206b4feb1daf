/* SPDX-License-Identifier: MIT */
#include "sandbox/pack.h"

void pack_put(struct pack_bits *out, uint32_t bits, int count)
{
	out->bits |= bits << out->count;
	for (out->count += count; out->count >= 8; out->count -= 8) {
		buf_putc(out->out, (char)(out->bits & 0xff));
		out->bits >>= 8;
	}
}

void pack_put_code(struct pack_bits *out, uint32_t code, int count)
{
	while (count-- > 0)
		pack_put(out, code >> count & 1, 1);
}

void pack_end(struct pack_bits *out)
{
	if (out->count > 0)
		pack_put(out, 0, 8 - out->count);
}
