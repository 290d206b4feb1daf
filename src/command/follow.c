/* SPDX-License-Identifier: MIT */
/* Follows trades: the stream's thread receives, this one writes.
 *
 *	outbox -> join with the snapshot -> record -> output, until a signal,
 *	--count, --timeout, --until, the reader's leaving, or the stream's own end
 *
 * Beside it, in the same turn, quotes are asked for by the batch fetcher, and the
 * list is read again when a SIGHUP came. */
#include "command/command.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sync.h"
#include "cli/base_url.h"
#include "cli/options.h"
#include "cli/stats.h"
#include "cli/stream_sink.h"
#include "command/account.h"
#include "command/exit_status.h"
#include "command/follow_part.h"
#include "command/private_state.h"
#include "net/ws_handshake.h"
#include "provider/provider.h"
#include "stream/stream.h"

enum { KEY_MAX_BYTES = 4096 };

/* ---- opening ---- */

/* ws:// carries the key in clear: to this machine, and to the one host that the
 * account is streamed from. */
static int check_url(const char *url, const char *account_url, struct err *err)
{
	char base[WS_HOST_BYTES + 16];
	struct ws_url parts;
	size_t len;

	if (ws_handshake_read_url(url, &parts, err) < 0)
		return -1;
	if (!parts.is_plain || strcmp(url, account_url) == 0)
		return 0;
	snprintf(base, sizeof base, "http://%s", parts.host);
	if (base_url_check(base, &len, NULL) == 0)
		return 0;
	return err_set(err, ERR_USAGE,
		       "--stream-url: ws:// would send the key in clear: "
		       "use wss://, or a host of this machine");
}

static int open_stream(struct follow *f, struct err *err)
{
	const struct command *c = f->c;
	struct upstream_config u = accounts_upstream(c, f->source);
	const char *url = c->options->stream_url;
	struct stream_config config = {
		.feed = f->provider->feed,
		.approval = { .account = u.account,
			      .login = u.login,
			      .base_url = u.base_url,
			      .http = u.http,
			      .quota = f->quoter.upstream[0].quota,
			      .state_dirfd = c->state_dirfd,
			      .try_timeout_ns = u.try_timeout_ns,
			      .say = stream_sink_say,
			      .say_arg = f->sink },
		.url = url ? url : u.account->stream_url,
		.stale_ns =
			(int64_t)(c->options->stale_sec * (double)NS_PER_SEC),
		.wanted = stream_sink_wanted(f->sink),
		.waits_for_reader = c->options->slow == SLOW_WAIT,
		.count = f->count
	};
	struct feed_address *address;

	if (check_url(config.url, u.account->stream_url, err) < 0)
		return -1;
	upstream_put_key(&u, &f->key);
	if (buf_check(&f->key, ERR_USAGE, err) < 0)
		return -1;
	config.approval.key = buf_text(&f->key);
	if (c->options->is_verbose && strncmp(config.url, "ws://", 5) == 0)
		c->say(NULL, "the stream is not encrypted: the broker has no "
			     "other");
	address = calloc(f->count + 1, sizeof *address);
	if (!address)
		return err_no_memory(err);
	for (size_t i = 0; i < f->count; i++)
		address[i] = f->leg[i].address;
	config.address = address;
	f->stream = stream_new(&config, err);
	free(address);
	return f->stream ? 0 : -1;
}

/* The source that streams: the first of the run's that can. */
static int find_source(struct follow *f, struct err *err)
{
	const struct accounts *a = f->c->accounts;

	for (f->source = 0; f->source < a->count; f->source++)
		if (a->provider[f->source]->feed) {
			f->provider = a->provider[f->source];
			return 0;
		}
	return err_set(err, ERR_USAGE,
		       "--follow needs a source that has a stream: kis");
}

static int open_all(struct follow *f, struct err *err)
{
	const struct stream_sink_config sink = {
		.options = f->c->options,
		.list = f->c->list,
		.stop = f->c->stop,
		.stdout_is_closed = f->c->stdout_is_closed
	};

	if (find_source(f, err) < 0)
		return -1;
	f->sink = stream_sink_open(&sink, err);
	if (!f->sink || follow_open_quoter(f, err) < 0 ||
	    follow_open_poller(f, err) < 0 || follow_open_list(f, err) < 0)
		return -1;
	return open_stream(f, err);
}

/* ---- the loop ---- */

/* Waits for records, quotes, wake_ns, a signal, or the reader's leaving. */
static int wait_for_more(struct follow *f, int64_t wake_ns, struct err *err)
{
	struct pollfd p[] = {
		{ .fd = -1 }, /* the sink's */
		{ .fd = outbox_fd(stream_outbox(f->stream)), .events = POLLIN },
		{ .fd = f->c->stop->fd[0], .events = POLLIN },
		{ .fd = f->c->hangup->fd[0], .events = POLLIN },
		{ .fd = f->is_asking ? quoter_fd(&f->quoter) : -1,
		  .events = POLLIN },
		{ .fd = f->has_poller ? poller_fd(&f->poller) : -1,
		  .events = POLLIN }
	};

	return stream_sink_wait(f->sink, p, sizeof p / sizeof *p, wake_ns, err);
}

static int pump(struct follow *f, struct err *err)
{
	while (!f->has_ended && !follow_is_count_reached(f) &&
	       !stop_reason(f->c->stop) &&
	       clock_monotonic_ns() < f->c->deadline_ns) {
		int64_t wake_ns = f->c->deadline_ns;
		int taken;

		/* First: all that was rendered is written. */
		follow_reload(f, &wake_ns);
		taken = follow_take_items(f, err);
		if (taken < 0 || follow_ask(f, &wake_ns, err) < 0 ||
		    (f->has_poller &&
		     poller_step(&f->poller, &wake_ns, err) < 0))
			return -1;
		if (stream_sink_flush(f->sink, f->c->stop, f->c->deadline_ns,
				      err) < 0)
			return -1;
		if (taken == 0 && !f->has_ended &&
		    wait_for_more(f, wake_ns, err) < 0)
			return -1;
	}
	return 0;
}

/* Writes what the stream still has. What a stuck reader does not take in time is
 * not even rendered: it would all be in memory at once. */
static int drain(struct follow *f, struct err *err)
{
	struct pollfd p = { .fd = outbox_fd(stream_outbox(f->stream)),
			    .events = POLLIN };
	int64_t until_ns = clock_monotonic_ns() + STREAM_SINK_LAST_NS;

	while (!f->has_ended) {
		int taken = follow_take_items(f, err);

		if (!f->is_muted &&
		    (taken < 0 ||
		     stream_sink_flush(f->sink, NULL, until_ns, err) < 0))
			f->is_muted = true;
		if (taken == 0 && !f->has_ended)
			poll(&p, 1, -1);
	}
	return f->is_muted ? -1 : 0;
}

/* Ends the stream, and writes what it still had, as far as the reader takes it
 * at once. */
static int finish(struct follow *f, struct err *err)
{
	int rc;

	stream_stop(f->stream);
	rc = drain(f, err);
	stream_join(f->stream, &f->counts);
	if (rc < 0 || follow_show_all_held(f, err) < 0)
		return -1;
	return stream_sink_end(f->sink, err);
}

/* ---- the end ---- */

static int status_of(const struct follow *f)
{
	if (stop_reason(f->c->stop) > 0)
		return STATUS_SIGNAL + stop_reason(f->c->stop);
	if (f->done.text[0])
		return f->done.kind == ERR_AUTH ? STATUS_AUTH : STATUS_NONE;
	if (f->is_alone || (f->is_held && !f->has_poller))
		return STATUS_NONE;
	if (!f->was_followed)
		return f->refusals > 0 || f->is_held ? STATUS_NONE
						     : STATUS_DEADLINE;
	if (f->c->options->count > 0 && !follow_is_count_reached(f))
		return STATUS_DEADLINE;
	return follow_count_followed(f) == follow_count_wanted(f) &&
			       f->poller.last_failed == 0
		       ? STATUS_ALL
		       : STATUS_SOME;
}

/* At the begin, for the end may be days away; and at the end. */
static void say_private_state(const struct follow *f)
{
	struct err why;

	if (stream_is_private(f->stream, &why))
		private_state_note(f->c->own, STATE_SESSION, &why);
	private_state_tell(f->c->own, f->c->say, NULL);
}

/* A reader that was too slow for the end is none. */
static bool is_failure(const struct err *err)
{
	return err->kind != ERR_CANCELED &&
	       !(err->kind == ERR_OUTPUT && err->code == ETIMEDOUT);
}

/* output_err: NULL where all was written. */
static int say_end(const struct follow *f, const struct err *output_err)
{
	int status = status_of(f);

	if (output_err && is_failure(output_err) && status < STATUS_SIGNAL) {
		if (output_err->kind == ERR_OUTPUT && output_err->code == EPIPE)
			return STATUS_PIPE;
		f->c->say(NULL, output_err->msg);
		return STATUS_OUTPUT;
	}
	if (f->done.text[0])
		f->c->say(NULL, f->done.text);
	return status;
}

static int save_stats(const struct follow *f, int status)
{
	struct stats_stream stream = { .counts = f->counts,
				       .symbols = follow_count_wanted(f),
				       .followed = follow_count_followed(f),
				       .written = f->ticks,
				       .refused = f->refusals,
				       .latency =
					       *stream_sink_latency(f->sink) };
	const struct stats stats = {
		.stream = &stream,
		.wall_ns = clock_monotonic_ns() - f->c->started_ns,
		.exit_status = status,
	};
	struct outbox_counts passed;

	outbox_count(stream_outbox(f->stream), &passed);
	stream.merged = passed.merged;
	stream.events_lost = passed.events_lost;
	return exit_status_save(f->c, &stats);
}

static int follow(struct follow *f)
{
	struct err err = { .kind = ERR_SYSTEM }, late;
	int rc;

	say_private_state(f);
	rc = pump(f, &err);
	/* What is said first is the reason. */
	if (finish(f, rc < 0 ? &late : &err) < 0)
		rc = -1;
	say_private_state(f);
	return save_stats(f, say_end(f, rc < 0 ? &err : NULL));
}

int command_follow(const struct command *c)
{
	struct err err;
	struct follow *f = err_calloc(sizeof *f, &err);
	int status;

	if (!f)
		return exit_status_fail(&err, 0, c->say);
	f->c = c;
	buf_init(&f->key, KEY_MAX_BYTES);
	if (open_all(f, &err) < 0) {
		status = exit_status_fail(&err, stop_reason(c->stop), c->say);
	} else {
		status = follow(f);
	}
	follow_close_poller(f);
	follow_close_quoter(f);
	stream_free(f->stream);
	stream_sink_free(f->sink);
	buf_release(&f->key);
	follow_close_list(f);
	free(f->asked);
	free(f->is_polled);
	free(f);
	return status;
}
