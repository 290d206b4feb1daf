/* SPDX-License-Identifier: MIT */
/* server.c: connections come from the acceptor; the library serves each in a
 * thread of its own. Whoever waits waits for the stop, too, so that all can
 * be joined. */
#include "sandbox/server.h"

#include "base/sync.h"
#include "sandbox/acceptor.h"
#include "sandbox/call.h"
#include "sandbox/connections.h"
#include "sandbox/listener.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

struct server { /* lock key: c const after start; the others lock themselves */
	struct server_setup setup;         /* c */
	struct call_place place;           /* c */
	struct MHD_Daemon *daemon;         /* c */
	struct listener listener[SOURCES]; /* c; then the acceptor's */
	struct acceptor acceptor;
	struct connections connections;
	struct stop stop;
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

/* Whose port the connection came to. */
static enum source source_of(const struct server *server, int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t len = sizeof(address);

	(void)!getsockname(fd, (struct sockaddr *)&address, &len);
	for (int i = 0; i < SOURCES; i++) {
		if (server->listener[i].port == ntohs(address.sin_port))
			return (enum source)i;
	}
	return SOURCE_KIS;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **ctx,
			  enum MHD_ConnectionNotificationCode code)
{
	struct server *server = cls;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		/* The library closes the descriptor after this. */
		connections_remove(&server->connections, *ctx);
		*ctx = NULL;
		return;
	}
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info)
		*ctx = connections_add(&server->connections, info->connect_fd,
				       source_of(server, info->connect_fd));
}

/* The library closes what it cannot serve. */
static void take_connection(void *ctx, int fd)
{
	struct server *server = ctx;
	struct sockaddr_in address = { .sin_family = AF_INET };

	(void)!MHD_add_connection(server->daemon, fd,
				  (struct sockaddr *)&address, sizeof(address));
}

void server_tls_options(const struct server_tls *tls,
			struct MHD_OptionItem *item)
{
	int count = 0;

	if (tls->cert) {
		item[count++] =
			(struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0,
						 (void *)tls->cert };
		item[count++] =
			(struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0,
						 (void *)tls->key };
	}
	if (tls->cert && tls->priority)
		item[count++] =
			(struct MHD_OptionItem){ MHD_OPTION_HTTPS_PRIORITIES, 0,
						 (void *)tls->priority };
	item[count] = (struct MHD_OptionItem){ MHD_OPTION_END, 0, NULL };
}

static int start_daemon(struct server *server, struct err *err)
{
	const struct server_setup *setup = &server->setup;
	unsigned int flags =
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_NO_LISTEN_SOCKET |
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL | MHD_USE_ITC;
	struct MHD_OptionItem tls[SERVER_TLS_OPTIONS];

	server_tls_options(&setup->tls, tls);
	if (setup->tls.cert)
		flags |= MHD_USE_TLS;
	server->daemon = MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, server,
		MHD_OPTION_CONNECTION_LIMIT, setup->connections_max,
		MHD_OPTION_CONNECTION_TIMEOUT, setup->idle_s,
		MHD_OPTION_NOTIFY_COMPLETED, on_end, server,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (!server->daemon)
		return err_set(err, ERR_SYSTEM,
			       "cannot start the server%s: the library "
			       "refuses",
			       setup->tls.cert ? " with TLS" : "");
	return 0;
}

static int start_acceptor(struct server *server, struct err *err)
{
	struct acceptor_setup setup = {
		.broker = server->setup.broker,
		.listener = server->listener,
		.connections = &server->connections,
		.stop = &server->stop,
		.take = take_connection,
		.ctx = server,
	};

	return acceptor_start(&server->acceptor, &setup, err);
}

/* What server_stop can undo. */
static struct server *server_new(const struct server_setup *setup,
				 struct err *err)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		err_no_memory(err);
		return NULL;
	}
	if (stop_init(&server->stop, err)) {
		free(server);
		return NULL;
	}
	if (connections_init(&server->connections, err)) {
		stop_destroy(&server->stop);
		free(server);
		return NULL;
	}
	server->setup = *setup;
	for (int i = 0; i < SOURCES; i++)
		server->listener[i] =
			(struct listener){ .fd = -1, .holder = -1 };
	server->acceptor = (struct acceptor){ .wake = { -1, -1 } };
	server->place = (struct call_place){
		.broker = setup->broker,
		.acceptor = &server->acceptor,
		.stop_fd = server->stop.fd[0],
		.log_fd = setup->log_fd,
		.has_tls = setup->tls.cert != NULL,
		.is_verbose = setup->is_verbose,
	};
	return server;
}

static int take_ports(struct server *server, struct err *err)
{
	for (int i = 0; i < SOURCES; i++) {
		if (listener_init(&server->listener[i], server->setup.port[i],
				  err))
			return -1;
	}
	return 0;
}

struct server *server_start(const struct server_setup *setup, struct err *err)
{
	struct server *server = server_new(setup, err);

	if (!server)
		return NULL;
	if (take_ports(server, err) || start_daemon(server, err) ||
	    start_acceptor(server, err)) {
		server_stop(server);
		return NULL;
	}
	return server;
}

uint16_t server_get_port(const struct server *server, enum source source)
{
	return server->listener[source].port;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	stop_request(&server->stop, STOP_INTERNAL);
	acceptor_join(&server->acceptor);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	for (int i = 0; i < SOURCES; i++)
		listener_release(&server->listener[i]);
	connections_destroy(&server->connections);
	stop_destroy(&server->stop);
	free(server);
}
