/* SPDX-License-Identifier: MIT */
#include "sandbox/stream_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/sync.h"

struct stream_server {             /* lock key: c const after start */
	struct stream_place place; /* c */
	struct MHD_Daemon *daemon; /* c */
	struct stop stop;
	bool has_stop; /* c */
	bool has_tls;  /* c */
	uint16_t port; /* c */
};

static const char *header_of(struct MHD_Connection *mhd, const char *name)
{
	return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name);
}

static void take_wire(const struct stream_server *server,
		      struct MHD_Connection *mhd, struct wire *wire)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);

	*wire = (struct wire){
		.fd = info ? info->connect_fd : -1,
		.stop_fd = server->stop.fd[0],
	};
	if (!server->has_tls)
		return;
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	wire->tls = info ? info->tls_session : NULL;
}

/* The whole session takes place within this call: the library waits. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_len, void **ctx)
{
	struct stream_server *server = cls;
	struct ws_upgrade request = {
		.method = method,
		.path = url,
		.http_version = version,
		.host = header_of(mhd, "Host"),
		.upgrade = header_of(mhd, "Upgrade"),
		.connection = header_of(mhd, "Connection"),
		.key = header_of(mhd, "Sec-WebSocket-Key"),
		.version = header_of(mhd, "Sec-WebSocket-Version"),
		.extensions = header_of(mhd, "Sec-WebSocket-Extensions"),
		.protocol = header_of(mhd, "Sec-WebSocket-Protocol"),
		.origin = header_of(mhd, "Origin"),
	};
	struct wire wire;

	(void)upload;
	(void)upload_len;
	(void)ctx;
	take_wire(server, mhd, &wire);
	stream_session_run(&server->place, &wire, &request);
	return MHD_NO;
}

static int start_daemon(struct stream_server *server,
			const struct stream_server_setup *setup,
			struct err *err)
{
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD |
			     MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL;
	const union MHD_DaemonInfo *info;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(setup->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct MHD_OptionItem tls[SERVER_TLS_OPTIONS];

	server_tls_options(&setup->tls, tls);
	if (server->has_tls)
		flags |= MHD_USE_TLS;
	errno = 0;
	server->daemon = MHD_start_daemon(
		flags, setup->port, NULL, NULL, on_request, server,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
		MHD_OPTION_CONNECTION_LIMIT, setup->connections_max,
		MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (!server->daemon)
		return err_set(err, ERR_SYSTEM,
			       "cannot serve the stream on 127.0.0.1 port "
			       "%u%s: %s",
			       (unsigned int)setup->port,
			       server->has_tls ? " with TLS" : "",
			       errno ? strerror(errno) : "the library refuses");
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	server->port = info ? info->port : 0;
	return 0;
}

struct stream_server *stream_server_start(
	const struct stream_server_setup *setup, struct err *err)
{
	struct stream_server *server = calloc(1, sizeof(*server));

	if (!server) {
		err_no_memory(err);
		return NULL;
	}
	if (stop_init(&server->stop, err))
		goto fail;
	server->has_stop = true;
	server->has_tls = setup->tls.cert != NULL;
	server->place = setup->place;
	if (start_daemon(server, setup, err))
		goto fail;
	return server;
fail:
	stream_server_stop(server);
	return NULL;
}

uint16_t stream_server_get_port(const struct stream_server *server)
{
	return server->port;
}

void stream_server_stop(struct stream_server *server)
{
	if (!server)
		return;
	if (server->has_stop)
		stop_request(&server->stop, STOP_INTERNAL);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	if (server->has_stop)
		stop_destroy(&server->stop);
	free(server);
}
