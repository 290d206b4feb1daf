/* SPDX-License-Identifier: MIT */
/* call.c: the life of a request:
 *
 *   headers are in -> travel (wait) -> arrive: counted, time taken
 *   body is in     -> answer made -> latency (wait) -> leave, log -> sent
 *
 * A call leaves, and its log line is written, before the first byte of the
 * answer: so a client that has the answer finds its line in the log, and is
 * never counted as in flight by mistake. Only what hangs is logged at its
 * end. */
#include "sandbox/call.h"

#include "base/clock.h"
#include "sandbox/acceptor.h"
#include "sandbox/connections.h"
#include "sandbox/log.h"
#include "sandbox/wire_fault.h"

#include <stdlib.h>
#include <string.h>

enum { REQUEST_BODY_MAX = 8192 };

/* One request, from its headers to its end. */
struct call {
	const struct call_place *place;
	struct request request;
	struct arrival arrival;
	struct wire wire;
	struct connection *connection; /* NULL: out of memory */
	bool is_present;               /* has arrived and not left */
};

static void leave(struct call *call, int status, const char *msg_cd,
		  const char *fault)
{
	struct log_call entry = {
		.request = &call->request,
		.arrival = &call->arrival,
		.connection = call->connection ? call->connection->number : 0,
		.status = status,
		.msg_cd = msg_cd,
		.fault = fault,
	};

	if (!call->is_present)
		return;
	call->is_present = false;
	broker_leave(call->place->broker);
	if (call->place->log_fd >= 0)
		log_call(call->place->log_fd, &entry);
	if (call->place->is_verbose)
		log_show_call(&entry);
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

static struct call *call_new(const struct call_place *place,
			     struct MHD_Connection *mhd, const char *path,
			     const char *method)
{
	struct call *call = calloc(1, sizeof(*call));
	const union MHD_ConnectionInfo *info;

	if (!call)
		return NULL;
	call->place = place;
	call->request.method = method;
	call->request.path = path;
	call->request.authorization = header_of(mhd, "authorization");
	call->request.appkey = header_of(mhd, "appkey");
	call->request.appsecret = header_of(mhd, "appsecret");
	call->request.tr_id = header_of(mhd, "tr_id");
	call->request.custtype = header_of(mhd, "custtype");
	call->request.content_type = header_of(mhd, "content-type");
	call->request.key_id = header_of(mhd, "apca-api-key-id");
	call->request.secret_key = header_of(mhd, "apca-api-secret-key");
	call->request.origin = header_of(mhd, "origin");
	MHD_get_connection_values(mhd, MHD_GET_ARGUMENT_KIND, take_argument,
				  &call->request);
	info = info_of(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	call->wire.fd = info ? info->connect_fd : -1;
	if (place->has_tls) {
		info = info_of(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
		call->wire.tls = info ? info->tls_session : NULL;
	}
	call->wire.stop_fd = place->stop_fd;
	info = info_of(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	call->connection = info ? info->socket_context : NULL;
	if (call->connection)
		call->request.source = call->connection->source;
	request_resolve(&call->request);
	return call;
}

void call_end(struct call *call)
{
	if (!call)
		return;
	leave(call, 0, NULL, NULL);
	free(call->request.body);
	free(call);
}

struct call *call_begin(const struct call_place *place,
			struct MHD_Connection *mhd, const char *path,
			const char *method)
{
	struct call *call = call_new(place, mhd, path, method);
	int64_t travel_ns;
	bool has_history;

	if (!call)
		return NULL;
	has_history = call->connection && call->connection->requests++ > 0;
	travel_ns = broker_draw_travel_ns(place->broker);
	if (travel_ns > 0 &&
	    !wire_wait(&call->wire, clock_monotonic_ns() + travel_ns)) {
		call_end(call);
		return NULL;
	}
	broker_arrive(place->broker, &call->request, has_history,
		      &call->arrival);
	call->is_present = true;
	if (call->arrival.fault && call->arrival.fault->fault == FAULT_DOWN)
		acceptor_wake(place->acceptor);
	return call;
}

void call_take_body(struct call *call, const char *bytes, size_t len)
{
	struct request *request = &call->request;
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
static enum MHD_Result queue(struct MHD_Connection *mhd,
			     const struct call *call, struct answer *answer)
{
	struct MHD_Response *response;
	enum MHD_Result result;
	size_t len;
	char *text;

	if (buf_check(&answer->body, ERR_SYSTEM, NULL))
		return MHD_NO;
	text = buf_take(&answer->body, &len);
	response = text ? MHD_create_response_from_buffer(len, text,
							  MHD_RESPMEM_MUST_FREE)
			: MHD_create_response_from_buffer(
				  0, (void *)"", MHD_RESPMEM_PERSISTENT);
	if (!response) {
		free(text);
		return MHD_NO;
	}
	add_header(response, "Content-Type", answer->content_type);
	for (size_t i = 0; i < answer->headers; i++)
		add_header(response, answer->header[i].name,
			   answer->header[i].value);
	add_header(response, "tr_id", endpoint_tr_id(call->request.endpoint));
	result =
		MHD_queue_response(mhd, (unsigned int)answer->status, response);
	MHD_destroy_response(response);
	return result;
}

/* The name that the log gives to what went wrong; NULL: nothing did. A
 * refused call has nothing to spoil. */
static const char *fault_of(const struct arrival *arrival,
			    const struct answer *answer)
{
	const struct fault_rule *rule = arrival->fault;

	if (rule &&
	    (fault_stage(rule->fault) != FAULT_SPOILS || answer->is_good))
		return fault_name(rule->fault);
	if (arrival->rows.count > 0 && answer->is_good)
		return fault_name(arrival->rows.rule[0]->fault);
	return NULL;
}

enum MHD_Result call_finish(struct call *call, struct MHD_Connection *mhd)
{
	const struct fault_rule *rule = call->arrival.fault;
	const struct fault_rule *on_wire =
		rule && fault_stage(rule->fault) == FAULT_ON_WIRE ? rule : NULL;
	int64_t until_ns = call->arrival.t_ns + call->arrival.delay_ns;
	enum MHD_Result result = MHD_NO;
	struct answer answer;
	const char *fault;

	answer_init(&answer);
	if (!on_wire || fault_needs_answer(on_wire->fault))
		broker_answer(call->place->broker, &call->request,
			      &call->arrival, &answer);
	fault = fault_of(&call->arrival, &answer);
	if (on_wire && on_wire->fault == FAULT_DELAY)
		until_ns += on_wire->number * NS_PER_MS;
	if (!wire_wait(&call->wire, until_ns))
		goto out;

	if (call->connection && atomic_load(&call->connection->is_dropped)) {
		leave(call, 0, NULL, fault_name(FAULT_DOWN));
		goto out;
	}
	if (on_wire && wire_fault_is_silent(on_wire->fault)) {
		wire_fault_play(on_wire, &answer, &call->wire);
		leave(call, 0, NULL, fault);
		goto out;
	}
	if (on_wire && wire_fault_is_abrupt(on_wire->fault))
		leave(call, 0, NULL, fault);
	else
		leave(call, answer.status, answer.msg_cd, fault);
	if (!on_wire || wire_fault_play(on_wire, &answer, &call->wire))
		result = queue(mhd, call, &answer);
out:
	answer_release(&answer);
	return result;
}
