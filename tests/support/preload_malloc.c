/* SPDX-License-Identifier: MIT */
/* preload_malloc: memory that runs out on purpose, loaded before a program by
 * LD_PRELOAD. FAULT_MALLOC=K: the Kth allocation of the program itself fails,
 * and no other. That is told by the return address: what its libraries allocate
 * for themselves is not meant. FAULT_MALLOC_FILE=F: the count of its allocations,
 * and of those that were never freed, is written to F at its end. glibc only; no
 * sanitizer beside it. */
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
extern void __libc_free(void *p);

static uintptr_t code_begin, code_end; /* of the main program; 0: not known yet */
static long failing;
static atomic_long asked;

/* ---- what is not freed yet ---- */

enum { PLACES = 1 << 20, GONE = 1 }; /* a hash table, of far fewer */

static uintptr_t place[PLACES];
static long left;
static atomic_flag is_busy = ATOMIC_FLAG_INIT;

/* Where p stands, or the first place that it may take. */
static size_t find(uintptr_t p, bool is_new)
{
	size_t i = (size_t)(p / 16 * UINT64_C(0x9e3779b97f4a7c15) >> 32) % PLACES;

	while (place[i] != 0 && place[i] != p && !(is_new && place[i] == GONE))
		i = (i + 1) % PLACES;
	return i;
}

static void lock(void)
{
	while (atomic_flag_test_and_set_explicit(&is_busy, memory_order_acquire))
		;
}

static void unlock(void)
{
	atomic_flag_clear_explicit(&is_busy, memory_order_release);
}

static void *remember(void *p)
{
	if (!p)
		return NULL;
	lock();
	place[find((uintptr_t)p, true)] = (uintptr_t)p;
	left++;
	unlock();
	return p;
}

/* Whether it was the program's. */
static bool forget(void *p)
{
	bool was_there;
	size_t i;

	if (!p)
		return false;
	lock();
	i = find((uintptr_t)p, false);
	was_there = place[i] != 0;
	if (was_there) {
		place[i] = GONE;
		left--;
	}
	unlock();
	return was_there;
}

/* ---- the program ---- */

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
	snprintf(text, sizeof text, "%ld %ld\n", atomic_load(&asked), left);
	if (write(fd, text, strlen(text)) < 0)
		_exit(99);
	close(fd);
}

static bool is_own(const void *caller)
{
	return (uintptr_t)caller >= code_begin && (uintptr_t)caller < code_end;
}

static bool fails(void)
{
	if (atomic_fetch_add(&asked, 1) + 1 != failing)
		return false;
	errno = ENOMEM;
	return true;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
	if (!is_own(CALLER))
		return __libc_malloc(size);
	return fails() ? NULL : remember(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	if (!is_own(CALLER))
		return __libc_calloc(count, size);
	return fails() ? NULL : remember(__libc_calloc(count, size));
}

/* Forgotten first: once it is free another thread may be given the place. */
void *realloc(void *old, size_t size)
{
	bool was_own;
	void *p;

	if (is_own(CALLER) && fails())
		return NULL;
	was_own = forget(old);
	p = __libc_realloc(old, size);
	if (!p && size > 0 && was_own)
		remember(old);
	return is_own(CALLER) ? remember(p) : p;
}

char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = is_own(CALLER) && fails() ? NULL : __libc_malloc(size);

	if (copy && is_own(CALLER))
		remember(copy);
	return copy ? memcpy(copy, text, size) : NULL;
}

void free(void *p)
{
	int saved_errno = errno;

	forget(p);
	__libc_free(p);
	errno = saved_errno;
}
