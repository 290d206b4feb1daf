/* server.c: waiting threads wait on stop_pipe, too: closing its other end
 * wakes them all, so that the library can join them. */
#include "sandbox/server.h"

#include "sandbox/call.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct server {                    /* lock key: c const after start, a atomic */
	struct server_setup setup; /* c */
	struct call_place place;   /* c */
	struct MHD_Daemon *daemon; /* c */
	int stop_pipe[2];          /* c: the read end is waited on */
	uint16_t port;             /* c */
	atomic_uint_fast64_t connections; /* a: opened so far */
};

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_len, void **ctx)
{
	struct server *server = cls;
	struct call *call = *ctx;

	(void)version;
	if (!call) {
		*ctx = call_begin(&server->place, mhd, url, method);
		return *ctx ? MHD_YES : MHD_NO;
	}
	if (*upload_len > 0) {
		call_take_body(call, upload, *upload_len);
		*upload_len = 0;
		return MHD_YES;
	}
	return call_finish(call, mhd);
}

static void on_end(void *cls, struct MHD_Connection *mhd, void **ctx,
		   enum MHD_RequestTerminationCode code)
{
	(void)cls;
	(void)mhd;
	(void)code;
	call_end(*ctx);
	*ctx = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **ctx,
			  enum MHD_ConnectionNotificationCode code)
{
	struct server *server = cls;
	struct connection *connection;

	(void)mhd;
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		free(*ctx);
		*ctx = NULL;
		return;
	}
	connection = calloc(1, sizeof(*connection));
	if (connection)
		connection->number = ++server->connections;
	*ctx = connection;
}

static int open_stop_pipe(struct server *server, struct err *err)
{
	if (pipe(server->stop_pipe) != 0) {
		server->stop_pipe[0] = server->stop_pipe[1] = -1;
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot start the server");
	}
	fcntl(server->stop_pipe[0], F_SETFD, FD_CLOEXEC);
	fcntl(server->stop_pipe[1], F_SETFD, FD_CLOEXEC);
	server->place = (struct call_place){
		.broker = server->setup.broker,
		.stop_fd = server->stop_pipe[0],
		.log_fd = server->setup.log_fd,
		.has_tls = server->setup.tls_cert != NULL,
		.is_verbose = server->setup.is_verbose,
	};
	return 0;
}

static int start_daemon(struct server *server, struct err *err)
{
	const struct server_setup *setup = &server->setup;
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD |
			     MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;
	const union MHD_DaemonInfo *info;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(setup->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	/* Options of TLS, left out by starting the list at its end. */
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)setup->tls_cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)setup->tls_key },
		{ setup->tls_priority ? MHD_OPTION_HTTPS_PRIORITIES
				      : MHD_OPTION_END,
		  0, (void *)setup->tls_priority },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (setup->tls_cert)
		flags |= MHD_USE_TLS;
	errno = 0;
	server->daemon = MHD_start_daemon(
		flags, setup->port, NULL, NULL, on_request, server,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
		MHD_OPTION_CONNECTION_LIMIT, setup->connections_max,
		MHD_OPTION_CONNECTION_TIMEOUT, setup->idle_s,
		MHD_OPTION_NOTIFY_COMPLETED, on_end, server,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_ARRAY, setup->tls_cert ? tls : tls + 3,
		MHD_OPTION_END);
	if (!server->daemon)
		return err_set(err, ERR_SYSTEM,
			       "cannot serve on 127.0.0.1 port %u%s: %s",
			       (unsigned int)setup->port,
			       setup->tls_cert ? " with TLS" : "",
			       errno ? strerror(errno) : "the library refuses");
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	server->port = info ? info->port : 0;
	return 0;
}

struct server *server_start(const struct server_setup *setup, struct err *err)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		err_no_memory(err);
		return NULL;
	}
	server->setup = *setup;
	server->stop_pipe[0] = server->stop_pipe[1] = -1;
	if (open_stop_pipe(server, err) || start_daemon(server, err)) {
		server_stop(server);
		return NULL;
	}
	return server;
}

uint16_t server_get_port(const struct server *server)
{
	return server->port;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	if (server->stop_pipe[1] >= 0)
		close(server->stop_pipe[1]);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	if (server->stop_pipe[0] >= 0)
		close(server->stop_pipe[0]);
	free(server);
}
