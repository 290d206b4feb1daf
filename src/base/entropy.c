/* SPDX-License-Identifier: MIT */
/* getentropy is in POSIX only since 2024, but in every libc we build for. */
#define _DEFAULT_SOURCE
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#include <sys/random.h>
#endif
#include "base/entropy.h"

#include <errno.h>
#include <unistd.h>

int entropy_fill(void *out, size_t len, struct err *err)
{
	require(len <= ENTROPY_MAX_BYTES);
	if (getentropy(out, len) < 0)
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "the kernel has no random bytes");
	return 0;
}
