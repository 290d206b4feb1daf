/* SPDX-License-Identifier: MIT */
/* preload_malloc: memory that runs out on purpose, loaded before a program by
 * LD_PRELOAD. FAULT_MALLOC=K: the Kth allocation of the program itself fails,
 * and no other. That is told by the return address: what its libraries allocate
 * for themselves is not meant. FAULT_MALLOC_FILE=F: the count of its allocations
 * is written to F at its end. glibc only; no sanitizer beside it. */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static uintptr_t code_begin, code_end; /* of the main program; 0: not known yet */
static long failing;
static atomic_long asked;

/* The first object is the main program. */
static int note_main(struct dl_phdr_info *info, size_t size, void *arg)
{
	int i;

	(void)size, (void)arg;
	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    (info->dlpi_phdr[i].p_flags & PF_X)) {
			code_begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
			code_end = code_begin + info->dlpi_phdr[i].p_memsz;
		}
	return 1;
}

__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("FAULT_MALLOC");

	failing = text ? strtol(text, NULL, 10) : 0;
	dl_iterate_phdr(note_main, NULL);
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("FAULT_MALLOC_FILE");
	char text[32];
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;

	if (fd < 0)
		return;
	snprintf(text, sizeof text, "%ld\n", atomic_load(&asked));
	if (write(fd, text, strlen(text)) < 0)
		_exit(99);
	close(fd);
}

static bool fails(const void *caller)
{
	uintptr_t at = (uintptr_t)caller;

	if (at < code_begin || at >= code_end || atomic_fetch_add(&asked, 1) + 1 != failing)
		return false;
	errno = ENOMEM;
	return true;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
	return fails(CALLER) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails(CALLER) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return fails(CALLER) ? NULL : __libc_realloc(old, size);
}

char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = fails(CALLER) ? NULL : __libc_malloc(size);

	return copy ? memcpy(copy, text, size) : NULL;
}
