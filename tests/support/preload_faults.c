/* SPDX-License-Identifier: MIT */
/* preload_faults: a system that fails on purpose, loaded before a program by
 * LD_PRELOAD. The environment says what fails:
 *
 *   FAULT_RESOLVER=stall      names are never found, and never not found
 *                  unknown    no name exists
 *                  dead       each name is 127.0.0.9 first, then 127.0.0.1
 *                  hole       each name is 2001:db8::1 first, then 127.0.0.1
 *                  again      "try again later", FAULT_RESOLVER_TIMES times, or
 *                             for FAULT_RESOLVER_SECONDS from the first question
 *                             on; then each name is 127.0.0.1
 *                  slow       each name is 127.0.0.1, FAULT_RESOLVER_SECONDS after
 *                             it was asked for
 *   FAULT_CLOCK_STEP=SEC      the wall clock jumps by SEC and back, four times a
 *                             second; the monotonic clock does not
 *   FAULT_CLOCK_SHIFT=SEC     the wall clock is wrong by SEC
 *   FAULT_AHEAD=FILE          the monotonic clock is ahead by the seconds in FILE
 *   FAULT_HOME=DIR            the home of all users, as the password file has it
 *   FAULT_THREADS=N           the program itself gets no more than N threads
 *   FAULT_BOOT=FILE           what the system calls this boot is the file's text
 *
 * "The program itself" are calls that return into the main program: libcurl's
 * threads are not meant. */
#define _GNU_SOURCE /* RTLD_NEXT, dl_iterate_phdr */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uintptr_t code_begin, code_end; /* of the main program */
static long thread_limit = -1, clock_step, clock_shift;
static const char *resolver = "", *ahead;
static atomic_long threads, refusals_left, first_asked_ms = -1;
static long refused_ms;

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

static long number_of(const char *name, long preset)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : preset;
}

__attribute__((constructor)) static void begin(void)
{
	dl_iterate_phdr(note_main, NULL);
	if (getenv("FAULT_RESOLVER"))
		resolver = getenv("FAULT_RESOLVER");
	refusals_left = number_of("FAULT_RESOLVER_TIMES", 0);
	if (getenv("FAULT_RESOLVER_SECONDS"))
		refused_ms = (long)(1000 * strtod(getenv("FAULT_RESOLVER_SECONDS"), NULL));
	ahead = getenv("FAULT_AHEAD");
	thread_limit = number_of("FAULT_THREADS", -1);
	clock_step = number_of("FAULT_CLOCK_STEP", 0);
	clock_shift = number_of("FAULT_CLOCK_SHIFT", 0);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define IS_OWN(caller) \
	((uintptr_t)(caller) >= code_begin && (uintptr_t)(caller) < code_end)

/* ---- names ---- */

static struct addrinfo *make_address(int family, const char *text, in_port_t port)
{
	struct place {
		struct addrinfo info;
		struct sockaddr_storage address;
	} *p = calloc(1, sizeof *p);
	struct sockaddr_in *v4 = (struct sockaddr_in *)&p->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&p->address;
	bool is_v6 = family == AF_INET6;

	p->info.ai_family = p->address.ss_family = (sa_family_t)family;
	p->info.ai_socktype = SOCK_STREAM;
	p->info.ai_addr = (struct sockaddr *)&p->address;
	p->info.ai_addrlen = is_v6 ? sizeof *v6 : sizeof *v4;
	inet_pton(family, text, is_v6 ? (void *)&v6->sin6_addr : (void *)&v4->sin_addr);
	*(is_v6 ? &v6->sin6_port : &v4->sin_port) = htons(port);
	return &p->info;
}

static bool is_refused_for_now(void)
{
	struct timespec now;
	long now_ms, first = -1;

	if (atomic_fetch_sub(&refusals_left, 1) > 0)
		return true;
	REAL(clock_gettime)(CLOCK_MONOTONIC, &now);
	now_ms = now.tv_sec * 1000 + now.tv_nsec / 1000000;
	if (atomic_compare_exchange_strong(&first_asked_ms, &first, now_ms))
		first = now_ms;
	return now_ms < first + refused_ms;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **out)
{
	in_port_t port = service ? (in_port_t)strtol(service, NULL, 10) : 0;

	if (strcmp(resolver, "stall") == 0)
		for (;;)
			pause();
	if (strcmp(resolver, "unknown") == 0)
		return EAI_NONAME;
	if (resolver[0] == '\0')
		return REAL(getaddrinfo)(node, service, hints, out);
	if (strcmp(resolver, "again") == 0 && is_refused_for_now())
		return EAI_AGAIN;
	if (strcmp(resolver, "slow") == 0)
		poll(NULL, 0, (int)refused_ms);
	*out = make_address(AF_INET, "127.0.0.1", port);
	if (strcmp(resolver, "dead") == 0 || strcmp(resolver, "hole") == 0) {
		struct addrinfo *first = strcmp(resolver, "hole") == 0 ?
						 make_address(AF_INET6, "2001:db8::1", port) :
						 make_address(AF_INET, "127.0.0.9", port);

		first->ai_next = *out;
		*out = first;
	}
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	if (resolver[0] == '\0') {
		REAL(freeaddrinfo)(list);
		return;
	}
	while (list) {
		struct addrinfo *next = list->ai_next;

		free(list);
		list = next;
	}
}

/* ---- users ---- */

int getpwuid_r(uid_t uid, struct passwd *out, char *store, size_t size, struct passwd **found)
{
	int rc = REAL(getpwuid_r)(uid, out, store, size, found);

	if (rc == 0 && *found && getenv("FAULT_HOME"))
		out->pw_dir = getenv("FAULT_HOME");
	return rc;
}

/* ---- time ---- */

/* Read again each time: a test changes it as it goes. */
static long seconds_ahead(void)
{
	char text[32] = "";
	int fd = ahead ? REAL(open)(ahead, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof text - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strtol(text, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	struct timespec steady;
	int rc = REAL(clock_gettime)(clock, out);

	if (clock == CLOCK_MONOTONIC)
		out->tv_sec += seconds_ahead();
	if (clock != CLOCK_REALTIME)
		return rc;
	out->tv_sec += clock_shift;
	REAL(clock_gettime)(CLOCK_MONOTONIC, &steady);
	if (steady.tv_nsec / 250000000 % 2)
		out->tv_sec += clock_step;
	return rc;
}

/* ---- threads ---- */

int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
		   void *(*run)(void *), void *arg)
{
	if (thread_limit >= 0 && IS_OWN(__builtin_return_address(0)) &&
	    atomic_fetch_add(&threads, 1) >= thread_limit)
		return EAGAIN;
	return REAL(pthread_create)(thread, attr, run, arg);
}

/* ---- the boot ---- */

int open(const char *path, int flags, ...)
{
	const char *boot = getenv("FAULT_BOOT");
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (boot && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0)
		path = boot;
	return REAL(open)(path, flags, mode);
}
