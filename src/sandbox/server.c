/* server.c: the life of a request:
 *
 *   headers are in -> travel (wait) -> arrive: counted, time taken
 *   body is in     -> answer made -> latency (wait) -> leave, log -> sent
 *
 * A call leaves, and its log line is written, before the first byte of the
 * answer: so a client that has the answer finds its line in the log, and is
 * never counted as in flight by mistake. Only what hangs is logged at its
 * end.
 *
 * Waiting threads wait on stop_pipe, too: closing its other end wakes them
 * all. */
#include "sandbox/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/arrival_log.h"
#include "sandbox/wire_fault.h"

enum { REQUEST_BODY_MAX = 8192 };

struct server { /* lock key: c const after start, a atomic */
	struct server_setup setup;   /* c */
	struct MHD_Daemon *daemon;   /* c */
	int stop_pipe[2];	     /* c: read end is waited on */
	uint16_t port;		     /* c */
	atomic_uint_fast64_t connections; /* a: opened so far */
};

struct connection {
	uint64_t number;
	uint64_t requests;
};

/* One request, from its headers to its end. */
struct call {
	struct request request;
	struct arrival arrival;
	struct wire wire;
	struct connection *connection;
	bool is_present; /* has arrived and not left */
};

static void leave(struct server *server, struct call *call, int status,
		  const char *msg_cd, const struct fault_rule *rule)
{
	struct arrival_entry entry = {
		.request = &call->request,
		.arrival = &call->arrival,
		.connection = call->connection ? call->connection->number : 0,
		.status = status,
		.msg_cd = msg_cd,
		.fault = rule ? fault_name(rule->fault) : NULL,
	};

	if (!call->is_present)
		return;
	call->is_present = false;
	broker_leave(server->setup.broker);
	if (server->setup.log_fd >= 0)
		arrival_log_write(server->setup.log_fd, &entry);
	if (server->setup.is_verbose)
		arrival_log_show(&entry);
}

static enum MHD_Result take_argument(void *cls, enum MHD_ValueKind kind,
				     const char *key, const char *value)
{
	(void)kind;
	request_add_argument(cls, key, value);
	return MHD_YES;
}

static const char *header_of(struct MHD_Connection *mhd, const char *name)
{
	return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name);
}

static const union MHD_ConnectionInfo *info_of(struct MHD_Connection *mhd,
					       enum MHD_ConnectionInfoType type)
{
	return MHD_get_connection_info(mhd, type);
}

static struct call *call_new(struct server *server, struct MHD_Connection *mhd,
			     const char *path, const char *method)
{
	struct call *call = calloc(1, sizeof(*call));
	const union MHD_ConnectionInfo *info;

	if (!call)
		return NULL;
	call->request.method = method;
	call->request.path = path;
	call->request.authorization = header_of(mhd, "authorization");
	call->request.appkey = header_of(mhd, "appkey");
	call->request.appsecret = header_of(mhd, "appsecret");
	call->request.tr_id = header_of(mhd, "tr_id");
	call->request.custtype = header_of(mhd, "custtype");
	call->request.content_type = header_of(mhd, "content-type");
	MHD_get_connection_values(mhd, MHD_GET_ARGUMENT_KIND, take_argument,
				  &call->request);
	request_resolve(&call->request);

	info = info_of(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	call->wire.fd = info ? info->connect_fd : -1;
	if (server->setup.tls_cert) {
		info = info_of(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
		call->wire.tls = info ? info->tls_session : NULL;
	}
	call->wire.stop_fd = server->stop_pipe[0];
	info = info_of(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	call->connection = info ? info->socket_context : NULL;
	return call;
}

static enum MHD_Result begin(struct server *server, struct MHD_Connection *mhd,
			     const char *path, const char *method, void **ctx)
{
	struct broker *broker = server->setup.broker;
	struct call *call = call_new(server, mhd, path, method);
	int64_t travel_ns;
	bool has_history;

	if (!call)
		return MHD_NO;
	*ctx = call;
	has_history = call->connection && call->connection->requests++ > 0;
	travel_ns = broker_draw_travel_ns(broker);
	if (travel_ns > 0 &&
	    !wire_wait(&call->wire, broker_now_ns() + travel_ns))
		return MHD_NO;
	broker_arrive(broker, &call->request, has_history, &call->arrival);
	call->is_present = true;
	return MHD_YES;
}

/* Keeps a piece of the body; what is beyond any sane size is dropped. */
static void take_body(struct request *request, const char *bytes, size_t len)
{
	char *body;

	if (len > REQUEST_BODY_MAX - request->body_len)
		return;
	body = realloc(request->body, request->body_len + len);
	if (!body)
		return;
	memcpy(body + request->body_len, bytes, len);
	request->body = body;
	request->body_len += len;
}

static void add_header(struct MHD_Response *response, const char *name,
		       const char *value)
{
	if (value && *value)
		(void)!MHD_add_response_header(response, name, value);
}

/* Gives the answer to the library. */
static enum MHD_Result queue(struct MHD_Connection *mhd, const struct call *call,
			     struct answer *answer)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t len;
	char *text;

	if (answer->body.is_broken)
		return MHD_NO;
	text = body_take(&answer->body, &len);
	response = MHD_create_response_from_buffer(len, text ? text : "",
						   text ? MHD_RESPMEM_MUST_FREE
							: MHD_RESPMEM_PERSISTENT);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	add_header(response, "Content-Type", answer->content_type);
	add_header(response, answer->header, answer->header_value);
	add_header(response, "tr_id", endpoint_tr_id(call->request.endpoint));
	result = MHD_queue_response(mhd, (unsigned int)answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result finish(struct server *server, struct MHD_Connection *mhd,
			      struct call *call)
{
	const struct fault_rule *rule = call->arrival.fault;
	bool is_on_wire = rule && fault_stage(rule->fault) == FAULT_ON_WIRE;
	int64_t until_ns = call->arrival.t_ns + call->arrival.delay_ns;
	enum MHD_Result result = MHD_NO;
	struct answer answer;

	answer_init(&answer);
	if (!is_on_wire || fault_needs_answer(rule->fault))
		broker_answer(server->setup.broker, &call->request,
			      &call->arrival, &answer);
	/* A refused call has nothing to spoil. */
	if (rule && fault_stage(rule->fault) == FAULT_SPOILS && !answer.is_good)
		rule = NULL;
	if (is_on_wire && rule->fault == FAULT_DELAY)
		until_ns += rule->number * 1000000;
	if (!wire_wait(&call->wire, until_ns))
		goto out;

	if (is_on_wire && wire_fault_is_silent(rule->fault)) {
		wire_fault_play(rule, &answer, &call->wire);
		leave(server, call, 0, NULL, rule);
		goto out;
	}
	if (is_on_wire && wire_fault_is_abrupt(rule->fault))
		leave(server, call, 0, NULL, rule);
	else
		leave(server, call, answer.status, answer.msg_cd, rule);
	if (!is_on_wire || wire_fault_play(rule, &answer, &call->wire))
		result = queue(mhd, call, &answer);
out:
	answer_release(&answer);
	return result;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_len, void **ctx)
{
	struct server *server = cls;
	struct call *call = *ctx;

	(void)version;
	if (!call)
		return begin(server, mhd, url, method, ctx);
	if (*upload_len > 0) {
		take_body(&call->request, upload, *upload_len);
		*upload_len = 0;
		return MHD_YES;
	}
	return finish(server, mhd, call);
}

static void on_end(void *cls, struct MHD_Connection *mhd, void **ctx,
		   enum MHD_RequestTerminationCode code)
{
	struct call *call = *ctx;

	(void)mhd;
	(void)code;
	if (!call)
		return;
	leave(cls, call, 0, NULL, NULL);
	free(call->request.body);
	free(call);
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

static int open_stop_pipe(struct server *server, struct failure *failure)
{
	if (pipe(server->stop_pipe) != 0) {
		server->stop_pipe[0] = server->stop_pipe[1] = -1;
		return failure_set(failure, "cannot start the server: %s",
				   strerror(errno));
	}
	fcntl(server->stop_pipe[0], F_SETFD, FD_CLOEXEC);
	fcntl(server->stop_pipe[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

static int start_daemon(struct server *server, struct failure *failure)
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
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)setup->tls_cert},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)setup->tls_key},
		{setup->tls_priority ? MHD_OPTION_HTTPS_PRIORITIES
				     : MHD_OPTION_END,
		 0, (void *)setup->tls_priority},
		{MHD_OPTION_END, 0, NULL},
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
		return failure_set(failure,
				   "cannot serve on 127.0.0.1 port %u%s: %s",
				   (unsigned int)setup->port,
				   setup->tls_cert ? " with TLS" : "",
				   errno ? strerror(errno)
					 : "the library refuses");
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	server->port = info ? info->port : 0;
	return 0;
}

struct server *server_start(const struct server_setup *setup,
			    struct failure *failure)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server) {
		failure_set(failure, "cannot start the server: no memory");
		return NULL;
	}
	server->setup = *setup;
	server->stop_pipe[0] = server->stop_pipe[1] = -1;
	if (open_stop_pipe(server, failure) || start_daemon(server, failure)) {
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
