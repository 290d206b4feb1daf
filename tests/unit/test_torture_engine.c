/* SPDX-License-Identifier: MIT */
/* The k-th thing that a constructor asks the system for (memory, a lock, a
 * condition, a pipe, a thread) is refused, for k = 1, 2, ... until it gets
 * all; once that one alone, and once none after it either. Then there is no
 * object, an error that says why, and nothing left; or, where the thing is a
 * help only, an object that works and no error. */
/* wrap: malloc calloc realloc strdup strndup free */
/* wrap: pthread_mutex_init pthread_mutex_destroy pthread_cond_init pthread_cond_destroy */
/* wrap: pthread_condattr_init pthread_condattr_destroy pthread_create pthread_join pipe */
#define _XOPEN_SOURCE 700 /* nftw */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/safefile.h"
#include "base/sync.h"
#include "cli/options.h"
#include "cli/symbol_list.h"
#include "share/credential.h"
#include "share/exchange_book.h"
#include "engine/engine.h"
#include "engine/fetch.h"
#include "engine/limit.h"
#include "engine/plan.h"
#include "engine/pool.h"
#include "engine/queue.h"
#include "engine/upstream.h"
#include "share/quota.h"
#include "net/http.h"
#include "memory.h"
#include "temp_dir.h"

/* ---- the system ---- */

/* Had and not yet given back, memory aside. */
static struct {
	long mutexes, conds, condattrs, threads;
} sys;

int __real_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr);
int __wrap_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr)
{
	if (!memory_grants())
		return EAGAIN;
	sys.mutexes++;
	return __real_pthread_mutex_init(m, attr);
}

int __real_pthread_mutex_destroy(pthread_mutex_t *m);
int __wrap_pthread_mutex_destroy(pthread_mutex_t *m)
{
	sys.mutexes--;
	return __real_pthread_mutex_destroy(m);
}

int __real_pthread_condattr_init(pthread_condattr_t *attr);
int __wrap_pthread_condattr_init(pthread_condattr_t *attr)
{
	if (!memory_grants())
		return ENOMEM;
	sys.condattrs++;
	return __real_pthread_condattr_init(attr);
}

int __real_pthread_condattr_destroy(pthread_condattr_t *attr);
int __wrap_pthread_condattr_destroy(pthread_condattr_t *attr)
{
	sys.condattrs--;
	return __real_pthread_condattr_destroy(attr);
}

int __real_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr);
int __wrap_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr)
{
	if (!memory_grants())
		return EAGAIN;
	sys.conds++;
	return __real_pthread_cond_init(c, attr);
}

int __real_pthread_cond_destroy(pthread_cond_t *c);
int __wrap_pthread_cond_destroy(pthread_cond_t *c)
{
	sys.conds--;
	return __real_pthread_cond_destroy(c);
}

int __real_pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*body)(void *),
			  void *arg);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *attr, void *(*body)(void *),
			  void *arg)
{
	if (!memory_grants())
		return EAGAIN;
	sys.threads++;
	return __real_pthread_create(t, attr, body, arg);
}

int __real_pthread_join(pthread_t t, void **result);
int __wrap_pthread_join(pthread_t t, void **result)
{
	sys.threads--;
	return __real_pthread_join(t, result);
}

int __real_pipe(int fd[2]);
int __wrap_pipe(int fd[2])
{
	errno = EMFILE;
	return memory_grants() ? __real_pipe(fd) : -1;
}

static int count_descriptors(void)
{
	int open = 0;

	for (int fd = 0; fd < 256; fd++)
		open += fcntl(fd, F_GETFD) >= 0;
	return open;
}

/* ---- constructors: each makes, looks whether it works, and frees ---- */

struct place {
	void *temp_dir;
	int dirfd;
	struct stop stop;
	struct options options;
	struct symbol_list *list;
	int socket;
	char nowhere[40]; /* its address: taken, and nobody listens */
};

static int make_stop(struct place *p, struct err *err)
{
	struct stop stop;

	(void)p;
	if (stop_init(&stop, err) < 0)
		return -1;
	assert_int_equal(stop_reason(&stop), 0);
	stop_destroy(&stop);
	return 0;
}

static int make_limit(struct place *p, struct err *err)
{
	struct limit *g = limit_new(1, err);
	struct limit_pass pass;

	(void)p;
	if (!g)
		return -1;
	assert_int_equal(limit_enter(g, &pass, CLOCK_NEVER, NULL), 0);
	limit_leave(g, pass, LIMIT_CLEAN);
	limit_free(g);
	return 0;
}

static int make_queue(struct place *p, struct err *err)
{
	struct queue *q = queue_new(1, true, err);

	if (!q)
		return -1;
	queue_push(q, p);
	assert_ptr_equal(queue_pop(q), p);
	queue_free(q);
	return 0;
}

static int make_quota_at(struct place *p, int dirfd, struct err *err)
{
	const struct quota_config config = { .rule.rate_per_sec = 100,
					     .rule.published_per_sec = 100,
					     .state_dirfd = dirfd,
					     .key = "key" };
	struct quota *q = quota_new(&config, err);
	struct quota_permit permit;

	if (!q)
		return -1;
	assert_null(quota_warning(q));
	assert_int_equal(quota_acquire(q, &permit, &p->stop, CLOCK_NEVER, NULL), 0);
	quota_end(q, &permit, LIMITER_UNSENT, 0, 0);
	quota_free(q);
	return 0;
}

static int make_own_quota(struct place *p, struct err *err)
{
	return make_quota_at(p, -1, err);
}

static int make_shared_quota(struct place *p, struct err *err)
{
	return make_quota_at(p, p->dirfd, err);
}

static int make_credential(struct place *p, struct err *err)
{
	const struct credential_config config = { .state_dirfd = p->dirfd, .key = "key" };
	struct credential *c = credential_new(&config, err);

	if (!c)
		return -1;
	credential_close(c);
	credential_free(c);
	return 0;
}

static int make_book(struct place *p, struct err *err)
{
	struct exchange_book *b = exchange_book_new(err);
	int rc;

	if (!b)
		return -1;
	rc = exchange_book_load(b, p->dirfd, err);
	/* A file that cannot be read is an empty one. */
	if (rc == 0 && exchange_book_find(b, "AAPL") != MARKET_NAS)
		assert_true(memory_has_refused() && exchange_book_find(b, "AAPL") == MARKET_NONE);
	exchange_book_free(b);
	return rc;
}

static int make_http(struct place *p, struct err *err)
{
	const struct http_config config = { .user_agent = "test" };
	struct http *h = http_new(&config, err);

	(void)p;
	if (!h)
		return -1;
	http_free(h);
	return 0;
}

static int make_fetch_worker(struct place *p, struct err *err)
{
	void *w = fetch_worker_new(NULL, err);

	(void)p;
	if (w)
		assert_int_equal(fetch_metrics(w)->calls, 0);
	fetch_worker_free(w);
	return w ? 0 : -1;
}

static void *give_back(void *worker, void *job)
{
	(void)worker;
	return job;
}

static int make_pool_of(struct place *p, size_t workers, size_t workers_max, struct err *err)
{
	struct pool_config config = { .workers = workers,
				      .workers_max = workers_max,
				      .worker_new = fetch_worker_new,
				      .worker_free = fetch_worker_free,
				      .work = give_back };
	struct pool *pool;
	size_t had;

	config.results = queue_new(pool_depth(workers_max), true, err);
	if (!config.results)
		return -1;
	pool = pool_new(&config, err);
	if (!pool) {
		queue_free(config.results);
		return -1;
	}
	had = pool_workers(pool);
	assert_in_range(had, 1, workers ? workers : 1);
	had += pool_grow(pool);
	assert_int_equal(pool_workers(pool), had);
	pool_submit(pool, p);
	pool_stop(pool);
	if (!queue_collect(config.results))
		assert_ptr_equal(pool_cancel_waiting(pool), p);
	pool_free(pool);
	queue_free(config.results);
	return 0;
}

static int make_inline_pool(struct place *p, struct err *err)
{
	return make_pool_of(p, 0, 0, err);
}

static int make_pool(struct place *p, struct err *err)
{
	return make_pool_of(p, 3, 4, err);
}

static void say_nothing(void *arg, const char *line)
{
	(void)arg;
	assert_true(line[0]);
}

static struct upstream_config upstream_at(struct place *p)
{
	const struct provider *provider = provider_find("kis");

	return (struct upstream_config){
		.provider = provider,
		.account = provider_find_account(provider, "real"),
		.login = { "key", "secret" },
		.base_url = p->nowhere,
		.http = { .allows_plain = true },
		.rate = -1,
		.batch = 30,
		.limit = 1,
		.state_dirfd = -1,
		.stop = &p->stop,
		.deadline_ns = CLOCK_NEVER,
		.try_timeout_ns = NS_PER_SEC,
		.warn = say_nothing
	};
}

static int make_upstream(struct place *p, struct err *err)
{
	const struct upstream_config config = upstream_at(p);
	struct upstream u;
	int rc = upstream_open(&u, &config, err);

	upstream_close(&u);
	return rc;
}

static int make_engine(struct place *p, struct err *err)
{
	struct upstream u = { .config = upstream_at(p) };
	const struct engine_config config = { .upstream = &u, .count = 1, .workers = 3 };
	struct engine *e = engine_new(&config, err);

	if (!e)
		return -1;
	assert_in_range(engine_workers(e), 1, 3);
	engine_stop(e, false);
	engine_free(e);
	return 0;
}

static int issue(void *arg, struct provider_token *out, enum issue_end *end, struct err *err)
{
	(void)arg, (void)err;
	snprintf(out->text, sizeof out->text, "token");
	out->life_ms = 86400 * 1000;
	*end = ISSUE_DONE;
	return 0;
}

static struct result *make_job(struct place *p, struct err *err)
{
	struct request *request = request_new(1);
	struct result *job = NULL;

	if (request) {
		request->item[request->count++].symbol = *symbol_list_at(p->list, 0);
		request->is_single = true;
		job = result_new(request);
	}
	if (!job) {
		request_free(request);
		err_no_memory(err);
	}
	return job;
}

/* And one call in it, which ends at a port where nobody listens: when it asks
 * for a token, or has one and asks for a quote. */
static int make_call(struct place *p, bool has_token, struct err *err)
{
	const struct upstream_config config = upstream_at(p);
	struct engine_config engine = { .count = 1 }; /* no threads: in this one */
	struct credential_lease lease;
	struct upstream u;
	struct engine *e = NULL;
	struct result *job;
	int rc = -1;

	engine.upstream = &u;
	if (upstream_open(&u, &config, err) < 0 || !(e = engine_new(&engine, err)))
		goto out;
	if (has_token)
		assert_int_equal(credential_get(u.credential, issue, NULL, &p->stop,
						CLOCK_NEVER, &lease, NULL), 0);
	job = make_job(p, err);
	if (!job)
		goto out;
	engine_submit(e, job);
	assert_ptr_equal(engine_collect(e), job);
	assert_true(job->has_failed);
	assert_true(job->err.msg[0]);
	if (job->err.kind != ERR_NETWORK) {
		*err = job->err;
		assert_true(memory_has_refused());
	} else {
		rc = 0;
	}
	result_free(job);
out:
	engine_free(e);
	upstream_close(&u);
	return rc;
}

static int make_token_call(struct place *p, struct err *err)
{
	return make_call(p, false, err);
}

static int make_quote_call(struct place *p, struct err *err)
{
	return make_call(p, true, err);
}

/* ---- the torture ---- */

struct constructor {
	const char *name;
	int (*make)(struct place *p, struct err *err);
	int asks, needs; /* how many things, and how many it cannot do without */
};

static void assert_all_is_back(const char *name, long k, int descriptors)
{
	if (memory.live || sys.mutexes || sys.conds || sys.condattrs || sys.threads ||
	    count_descriptors() != descriptors)
		fail_msg("%s: thing %ld: left: %ld blocks, %ld mutexes, %ld conditions, "
			 "%ld attributes, %ld threads, %d descriptors",
			 name, k, memory.live, sys.mutexes, sys.conds, sys.condattrs, sys.threads,
			 count_descriptors() - descriptors);
}

static void torture(struct place *p, const struct constructor *c, bool fails_for_good)
{
	int descriptors = count_descriptors(), failures = 0;
	long k;

	for (k = 0;; k++) {
		struct err err = { .kind = ERR_KINDS };
		int rc;

		memset(&sys, 0, sizeof sys);
		memory.live = 0;
		memory_fail(k, fails_for_good);
		rc = c->make(p, &err);
		memory_is_back();
		assert_all_is_back(c->name, k, descriptors);
		if (rc == 0) {
			assert_int_equal(err.kind, ERR_KINDS);
		} else if (k == 0 || err.kind != ERR_SYSTEM || !err.msg[0]) {
			fail_msg("%s: thing %ld: kind %d: %s", c->name, k, (int)err.kind, err.msg);
		}
		failures += rc < 0;
		if (k > 0 && memory.asked < k)
			break;
	}
	print_message("# %s: asks for %ld, needs %d\n", c->name, k - 1, failures);
	if (c->asks > 0) {
		assert_int_equal(k - 1, c->asks);
		assert_int_equal(failures, c->needs);
	} else {
		assert_true(failures > 3 && failures < k);
	}
}

static void nothing_is_left(void **state)
{
	static const struct constructor constructors[] = {
		{ "stop", make_stop, 1, 1 },
		{ "limit", make_limit, 4, 4 },
		{ "queue", make_queue, 6, 6 },
		{ "quota", make_own_quota, 8, 8 },
		{ "shared quota", make_shared_quota, 9, 9 },
		{ "credential", make_credential, 5, 5 },
		{ "exchange book", make_book, 3, 2 },
		{ "http", make_http, 2, 2 },
		{ "worker of fetch", make_fetch_worker, 1, 1 },
		{ "inline pool", make_inline_pool, 14, 14 },
		/* The second to fourth worker are a help. */
		{ "pool", make_pool, 21, 15 },
		{ "upstream", make_upstream, 0, 0 },
		{ "engine", make_engine, 0, 0 },
		{ "call for a token", make_token_call, 0, 0 },
		{ "call for a quote", make_quote_call, 0, 0 },
	};

	for (size_t i = 0; i < sizeof constructors / sizeof *constructors; i++) {
		torture(*state, &constructors[i], false);
		torture(*state, &constructors[i], true);
	}
}

/* Who frees what was never made says nothing of it. */
static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	limit_free(NULL);
	queue_free(NULL);
	quota_free(NULL);
	credential_free(NULL);
	exchange_book_free(NULL);
	http_free(NULL);
	fetch_worker_free(NULL);
	pool_free(NULL);
	engine_free(NULL);
}

static int set_up(void **state)
{
	const char *argv[] = { "quotefetch", "005930", "AAPL.NAS", NULL };
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	struct place *p = calloc(1, sizeof *p);
	struct exchange_book *book;
	struct err err;

	assert_non_null(p);
	assert_int_equal(enter_temp_dir(&p->temp_dir), 0);
	p->dirfd = safefile_open_dir("state", &err);
	assert_true(p->dirfd >= 0);
	assert_int_equal(stop_init(&p->stop, &err), 0);
	book = exchange_book_new(&err);
	assert_non_null(book);
	assert_int_equal(exchange_book_note(book, "AAPL", MARKET_NAS, &err), 0);
	assert_int_equal(exchange_book_save(book, p->dirfd, &p->stop, CLOCK_NEVER, &err), 0);
	exchange_book_free(book);
	options_init(&p->options);
	assert_int_equal(options_parse(&p->options, 3, (char *const *)argv, &err), 0);
	assert_int_equal(options_set(&p->options, "app_key", "key", SOURCE_CONFIG, &err), 0);
	assert_int_equal(options_set(&p->options, "app_secret", "secret", SOURCE_CONFIG, &err), 0);
	p->list = symbol_list_new(&err);
	assert_non_null(p->list);
	p->socket = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(p->socket, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(getsockname(p->socket, (struct sockaddr *)&at, &len), 0);
	snprintf(p->nowhere, sizeof p->nowhere, "http://127.0.0.1:%d", ntohs(at.sin_port));
	*state = p;
	return symbol_list_read(p->list, NULL, &p->options, &p->stop, CLOCK_NEVER, &err);
}

static int tear_down(void **state)
{
	struct place *p = *state;
	int rc;

	symbol_list_free(p->list);
	options_release(&p->options);
	stop_destroy(&p->stop);
	close(p->dirfd);
	close(p->socket);
	rc = leave_temp_dir(&p->temp_dir);
	free(p);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_left, set_up, tear_down),
		cmocka_unit_test(freeing_nothing_is_fine),
	};
	struct err err;
	int failed;

	if (http_global_init(&err) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	http_global_cleanup();
	return failed;
}
