/* SPDX-License-Identifier: MIT */
#include "share/boot.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"

#define BOOT_FILE "/proc/sys/kernel/random/boot_id"

enum { TEXT_BYTES = 256 };

static size_t read_boot_id(char out[TEXT_BYTES])
{
	int fd = open(BOOT_FILE, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, out, TEXT_BYTES);

	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

/* The number of a namespace; 0: it has none. */
static uint64_t find_space(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

uint64_t boot_name(void)
{
	char text[TEXT_BYTES] = "";
	size_t len = read_boot_id(text);
	uint64_t space = find_space("/proc/self/ns/time");

	/* Containers of one machine share its boot and differ in their host's
	 * name: it is for those that have nothing better. */
	if (len == 0 && gethostname(text, sizeof text - 1) == 0)
		len = strlen(text);
	return hash_bytes(text, len, hash_bytes(&space, sizeof space, 0));
}

bool boot_is_named(void)
{
	char text[TEXT_BYTES];

	return read_boot_id(text) > 0;
}

uint64_t boot_pid_space(void)
{
#ifdef __linux__
	return find_space("/proc/self/ns/pid");
#else
	return 1; /* there is only one */
#endif
}

int64_t boot_began_ms(void)
{
	return clock_real_ms() - clock_monotonic_ns() / NS_PER_MS;
}
