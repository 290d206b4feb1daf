/* SPDX-License-Identifier: MIT */
#include "command/exit_status.h"

#include <errno.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/sync.h"
#include "cli/metrics_file.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/stats.h"
#include "command/command.h"

int exit_status_of_err(const struct err *err, int signo)
{
	switch (err->kind) {
	case ERR_AUTH:
	case ERR_FORBIDDEN:
	case ERR_TOKEN:
		return STATUS_AUTH;
	case ERR_DEADLINE:
		return STATUS_DEADLINE;
	case ERR_OUTPUT:
		return err->code == EPIPE ? STATUS_PIPE : STATUS_OUTPUT;
	case ERR_CANCELED:
		return STATUS_SIGNAL + signo;
	case ERR_USAGE:
	case ERR_INPUT:
	case ERR_SYSTEM:
		return STATUS_USAGE;
	case ERR_NOT_FOUND:
	case ERR_NO_TRADE:
	case ERR_LIMIT:
	case ERR_RATE_LIMIT:
	case ERR_TIMEOUT:
	case ERR_NETWORK:
	case ERR_HOST:
	case ERR_TLS:
	case ERR_HANDSHAKE:
	case ERR_HTTP:
	case ERR_SERVER:
	case ERR_PARSE:
	case ERR_TRUNCATED:
	case ERR_UNSUPPORTED:
	case ERR_KINDS:
		break;
	}
	return STATUS_NONE;
}

int exit_status_fail(const struct err *err, int signo, say_fn *say)
{
	int status = exit_status_of_err(err, signo);

	if (err->kind != ERR_CANCELED && status != STATUS_PIPE)
		say(NULL, err->msg);
	return status;
}

static int unsaved(const struct command *c, int status, const struct err *err)
{
	if (err->kind == ERR_OUTPUT && err->code == EPIPE)
		return status < STATUS_SIGNAL ? STATUS_PIPE : status;
	c->say(NULL, err->msg);
	return status == STATUS_ALL ? STATUS_OUTPUT : status;
}

int exit_status_save(const struct command *c, const struct stats *stats)
{
	const struct options *o = c->options;
	int status = stats->exit_status;
	struct err err;

	if (o->stats_file &&
	    stats_save(stats, o->stats_file, o->output, &err) < 0)
		status = unsaved(c, status, &err);
	if (o->metrics_file && metrics_file_save(stats, o->metrics_file,
						 clock_real_ms(), &err) < 0)
		status = unsaved(c, status, &err);
	return status;
}

/* Records of that kind with nothing to show. */
static size_t bare(const struct tally *t, enum err_kind kind)
{
	return t->failed[kind] - t->stale[kind];
}

int exit_status_of_run(const struct tally *t, bool is_strict,
		       const struct err *output_err, int signo)
{
	if (signo > 0)
		return STATUS_SIGNAL + signo;
	if (output_err)
		return output_err->kind == ERR_OUTPUT &&
				       output_err->code == EPIPE
			       ? STATUS_PIPE
			       : STATUS_OUTPUT;
	if (bare(t, ERR_AUTH) > 0 || bare(t, ERR_TOKEN) > 0 ||
	    (bare(t, ERR_FORBIDDEN) > 0 && t->quotes == 0))
		return STATUS_AUTH;
	if (bare(t, ERR_DEADLINE) > 0)
		return STATUS_DEADLINE;
	if (is_strict &&
	    t->checked[CHECK_DIFFERS] + t->checked[CHECK_OTHER] > 0)
		return STATUS_SOME;
	if (t->quotes == t->symbols)
		return STATUS_ALL;
	return t->quotes + tally_stale(t) > 0 ? STATUS_SOME : STATUS_NONE;
}

int exit_status_print(const struct command *c, struct buf *text, int status)
{
	struct err err;

	if (output_print(c->options->output, c->stdout_is_closed, text, c->stop,
			 c->deadline_ns, &err) < 0)
		status = exit_status_fail(&err, stop_reason(c->stop), c->say);
	buf_release(text);
	return status;
}
