/* SPDX-License-Identifier: MIT */
#include "net/http.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#ifdef __linux__
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#endif

#include "base/clock.h"
#include "net/http_transfer.h"

enum {
	/* Below the idle limit of common servers, so that a kept connection is
	 * rarely found dead. */
	MAX_IDLE_SEC = 25,
	RETRY_AFTER_MAX_SEC = 3600
};

struct http {
	struct http_transfer transfer;
	struct curl_slist
		header[HTTP_HEADER_MAX]; /* over the request's texts */
	struct http_response *response;  /* of the call under way; borrowed */
	int sends;                       /* of the call under way */
	bool is_over_cap;
	int64_t send_by_ns; /* later it is not sent */
};

int http_global_init(struct err *err)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err, ERR_SYSTEM, "cannot initialise libcurl");
	return 0;
}

void http_global_cleanup(void)
{
	curl_global_cleanup();
}

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
	struct http *h = user;

	buf_append(&h->response->body, data, size * count);
	h->is_over_cap = h->response->body.is_over;
	return h->is_over_cap || h->response->body.is_exhausted ? 0
								: size * count;
}

static size_t take_header(char *line, size_t size, size_t count, void *user)
{
	struct http *h = user;

	http_response_take_line(h->response, line, size * count);
	return h->response->header.is_exhausted ? 0 : size * count;
}

/* Called before every send, also before those that libcurl repeats by itself
 * when a kept connection died: only the first of a call has a permission, over
 * all its attempts to reach the server. */
static int before_send(void *user, char *peer_ip, char *own_ip, int peer_port,
		       int own_port)
{
	struct http *h = user;

	(void)peer_ip, (void)own_ip, (void)peer_port, (void)own_port;
	if (h->sends > 0 || clock_monotonic_ns() > h->send_by_ns)
		return CURL_PREREQFUNC_ABORT;
	h->sends++;
	h->transfer.was_connected = h->transfer.was_sent = true;
	h->response->sent_ns = clock_monotonic_ns();
	return CURL_PREREQFUNC_OK;
}

/* Every setting that is no call's own, beside those of any transfer. */
static bool set_options(struct http *h, const char *user_agent)
{
	CURL *e = h->transfer.easy;

	/* The keys are for the server, not for a proxy. */
	return !curl_easy_setopt(e, CURLOPT_HEADEROPT,
				 (long)CURLHEADER_SEPARATE) &&
	       !curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_SEC) &&
	       !curl_easy_setopt(e, CURLOPT_USERAGENT, user_agent) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEDATA, h) &&
	       !curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header) &&
	       !curl_easy_setopt(e, CURLOPT_HEADERDATA, h) &&
	       !curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
	       !curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_send) &&
	       !curl_easy_setopt(e, CURLOPT_PREREQDATA, h);
}

struct http *http_new(const struct http_config *config, struct err *err)
{
	struct http *h = err_calloc(sizeof *h, err);

	if (!h)
		return NULL;
	if (http_transfer_init(&h->transfer, config, err) < 0)
		goto fail;
	if (!set_options(h, config->user_agent)) {
		err_set(err, ERR_SYSTEM, "cannot set up libcurl");
		goto fail;
	}
	return h;
fail:
	http_free(h);
	return NULL;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	http_transfer_release(&h->transfer);
	free(h);
}

static bool load_request(struct http *h, const struct http_request *r)
{
	CURL *e = h->transfer.easy;
	long alone = r->is_unrepeatable;
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		h->header[i].data = r->header[i].data;
		h->header[i].next =
			i + 1 < r->header_count ? &h->header[i + 1] : NULL;
	}
	if (curl_easy_setopt(e, CURLOPT_HTTPHEADER,
			     r->header_count ? h->header : NULL) ||
	    curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, alone) ||
	    curl_easy_setopt(e, CURLOPT_FORBID_REUSE, alone))
		return false;
	if (!r->is_post)
		return !curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
	return !curl_easy_setopt(e, CURLOPT_POST, 1L) &&
	       !curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)r->body.len) &&
	       !curl_easy_setopt(e, CURLOPT_POSTFIELDS, buf_text(&r->body));
}

/* The network's least round trip on the connection just used, without the
 * server's thinking time. */
static int64_t read_min_rtt_ns(CURL *easy)
{
#ifdef __linux__
	struct tcp_info info = { 0 };
	socklen_t len = sizeof info;
	curl_socket_t fd;

	/* The kernel says 2^32 - 1 before it has measured. */
	if (!curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd) &&
	    fd != CURL_SOCKET_BAD &&
	    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	    len >= offsetof(struct tcp_info, tcpi_min_rtt) +
			    sizeof info.tcpi_min_rtt &&
	    info.tcpi_min_rtt != UINT32_MAX)
		return (int64_t)info.tcpi_min_rtt * 1000;
#else
	(void)easy;
#endif
	return 0;
}

static void read_answer(CURL *easy, struct http_response *response)
{
	long status = 0, connects = 0;
	curl_off_t wait_sec = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
	/* May be negative (a date gone by) or absurd. */
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &wait_sec);
	if (wait_sec < 0)
		wait_sec = 0;
	if (wait_sec > RETRY_AFTER_MAX_SEC)
		wait_sec = RETRY_AFTER_MAX_SEC;
	response->status = (int)status;
	response->is_new_connection = connects > 0;
	response->retry_after_ms = (int64_t)wait_sec * 1000;
	response->min_rtt_ns = read_min_rtt_ns(easy);
}

/* A call that cannot be repeated is not sent when there is hardly time for its
 * answer: a token that is issued and not received costs a minute. */
static int64_t send_by_ns(const struct http_request *request, int64_t now_ns,
			  int64_t deadline_ns)
{
	if (!request->is_unrepeatable || deadline_ns == CLOCK_NEVER)
		return CLOCK_NEVER;
	return deadline_ns - (deadline_ns - now_ns) / 4;
}

int http_perform(struct http *h, const struct http_request *request,
		 struct stop *stop, int64_t deadline_ns,
		 struct http_response *response, struct err *err)
{
	struct http_transfer *t = &h->transfer;
	CURLcode rc = CURLE_OK;
	int ended;

	http_response_reset(response, request->answer_max_bytes);
	response->finished_ns = clock_monotonic_ns();
	h->response = response;
	h->sends = 0;
	h->is_over_cap = false;
	h->send_by_ns = send_by_ns(request, response->finished_ns, deadline_ns);
	if (buf_check(&request->url, ERR_INPUT, err) < 0 ||
	    buf_check(&request->body, ERR_INPUT, err) < 0)
		return err_wrap(err, "cannot build the request");
	if (!load_request(h, request))
		return err_set(err, ERR_SYSTEM, "cannot set up libcurl");
	ended = http_transfer_run(t, buf_text(&request->url), stop, deadline_ns,
				  &rc, err);
	response->was_connected = t->was_connected;
	response->was_sent = t->was_sent;
	response->finished_ns = t->finished_ns;
	if (ended == 0)
		read_answer(t->easy, response);
	http_transfer_detach(t);
	if (ended < 0 || rc == CURLE_OK)
		return ended;
	return http_transfer_fail(t, rc,
				  h->is_over_cap ? response->body.max : 0, err);
}
