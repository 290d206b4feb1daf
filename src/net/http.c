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
#include "base/mask.h"
#include "base/sync.h"

enum {
	/* Below the idle limit of common servers, so that a kept connection is
	 * rarely found dead. */
	MAX_IDLE_SEC = 25,
	RETRY_AFTER_MAX_SEC = 3600
};

struct http {
	CURL *easy;
	CURLM *multi;
	struct curl_slist
		header[HTTP_HEADER_MAX]; /* over the request's texts */
	char error[CURL_ERROR_SIZE];
	struct http_response *response; /* of the call under way; borrowed */
	int sends;                      /* of the call under way */
	bool is_begun;                  /* libcurl was set to work on it */
	bool is_over_cap;
	atomic_bool *has_stray_resolver;
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
 * when a kept connection died: only the first has a permission. */
static int before_send(void *user, char *peer_ip, char *own_ip, int peer_port,
		       int own_port)
{
	struct http *h = user;

	(void)peer_ip, (void)own_ip, (void)peer_port, (void)own_port;
	if (h->sends++ > 0)
		return CURL_PREREQFUNC_ABORT;
	h->response->was_connected = h->response->was_sent = true;
	h->response->sent_ns = clock_monotonic_ns();
	return CURL_PREREQFUNC_OK;
}

/* Every setting that is no call's own. */
static bool set_options(CURL *e, const struct http_config *config,
			struct http *h)
{
	const char *protocols = config->allows_plain ? "http,https" : "https";

	return !curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(e, CURLOPT_ERRORBUFFER, h->error) &&
	       !curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
				 CURL_HTTP_VERSION_1_1) &&
	       !curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, protocols) &&
	       !curl_easy_setopt(e, CURLOPT_SSLVERSION,
				 CURL_SSLVERSION_TLSv1_2) &&
	       !curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L) &&
	       !curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_SEC) &&
	       !curl_easy_setopt(e, CURLOPT_USERAGENT, config->user_agent) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEDATA, h) &&
	       !curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header) &&
	       !curl_easy_setopt(e, CURLOPT_HEADERDATA, h) &&
	       !curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
	       !curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_send) &&
	       !curl_easy_setopt(e, CURLOPT_PREREQDATA, h) &&
	       (!config->allows_plain ||
		!curl_easy_setopt(e, CURLOPT_PROXY, "")) &&
	       (!config->ca_file ||
		!curl_easy_setopt(e, CURLOPT_CAINFO, config->ca_file));
}

struct http *http_new(const struct http_config *config, struct err *err)
{
	struct http *h = calloc(1, sizeof *h);

	if (!h) {
		err_no_memory(err);
		return NULL;
	}
	h->has_stray_resolver = config->has_stray_resolver;
	h->easy = curl_easy_init();
	h->multi = curl_multi_init();
	if (!h->easy || !h->multi || !set_options(h->easy, config, h)) {
		err_set(err, ERR_SYSTEM, "cannot set up libcurl");
		http_free(h);
		return NULL;
	}
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->easy);
	curl_multi_cleanup(h->multi);
	free(h);
}

static bool load_request(struct http *h, const struct http_request *r)
{
	CURL *e = h->easy;
	long alone = r->is_unrepeatable;
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		h->header[i].data = r->header[i].data;
		h->header[i].next =
			i + 1 < r->header_count ? &h->header[i + 1] : NULL;
	}
	if (curl_easy_setopt(e, CURLOPT_URL, buf_text(&r->url)) ||
	    curl_easy_setopt(e, CURLOPT_HTTPHEADER,
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

/* A certificate out of its time often means that this machine's clock is wrong. */
static const char *hint_at_clock(const char *why)
{
	return strstr(why, "expired") || strstr(why, "not yet valid")
		       ? " (or this machine's clock is wrong)"
		       : "";
}

static int fail_curl(struct http *h, CURLcode rc, struct err *err)
{
	const char *why = h->error[0] ? h->error : curl_easy_strerror(rc);
	const char *hint = "";
	enum err_kind kind = ERR_NETWORK;

	switch (rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		kind = ERR_HOST;
		break;
	case CURLE_OPERATION_TIMEDOUT:
		kind = ERR_TIMEOUT;
		break;
	case CURLE_SSL_CONNECT_ERROR:
		kind = ERR_HANDSHAKE;
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		kind = ERR_TLS;
		hint = hint_at_clock(why);
		break;
	case CURLE_ABORTED_BY_CALLBACK:
		why = "the kept connection was lost";
		break;
	case CURLE_WRITE_ERROR:
		if (!h->is_over_cap)
			return err_no_memory(err);
		err_set(err, ERR_HTTP, "the answer is larger than %zu bytes",
			h->response->body.max);
		return -1;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_URL_MALFORMAT:
		kind = ERR_HTTP;
		break;
	case CURLE_OUT_OF_MEMORY:
		/* What libcurl says of a header line beyond its measure, too. */
		if (!h->response->was_sent)
			return err_no_memory(err);
		kind = ERR_HTTP;
		why = "the answer has an endless header line, or memory ran out";
		break;
	default:
		break;
	}
	err_set(err, kind, "%s%s", why, hint);
	if (err) {
		err->code = (int)rc;
		mask_user(err->msg); /* a proxy's, which libcurl repeats */
	}
	return -1;
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

/* Whether the call made a connection to the server; one to the proxy is none
 * yet. (libcurl's time of the connect is known only after the handshake.) */
static bool has_connected(const struct http *h)
{
	long connects = 0, tunnel_status = 0;

	if (!h->is_begun)
		return false;
	curl_easy_getinfo(h->easy, CURLINFO_NUM_CONNECTS, &connects);
	curl_easy_getinfo(h->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel_status);
	return connects > 0 && (!tunnel_status || tunnel_status / 100 == 2);
}

static void read_answer(struct http *h, struct http_response *response)
{
	long status = 0, connects = 0;
	curl_off_t wait_sec = 0;

	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h->easy, CURLINFO_NUM_CONNECTS, &connects);
	/* May be negative (a date gone by) or absurd. */
	curl_easy_getinfo(h->easy, CURLINFO_RETRY_AFTER, &wait_sec);
	if (wait_sec < 0)
		wait_sec = 0;
	if (wait_sec > RETRY_AFTER_MAX_SEC)
		wait_sec = RETRY_AFTER_MAX_SEC;
	response->status = (int)status;
	response->is_new_connection = connects > 0;
	response->retry_after_ms = (int64_t)wait_sec * 1000;
	response->min_rtt_ns = read_min_rtt_ns(h->easy);
}

/* Drives the transfer to its end. Returns 1 with *rc, or -1 when this side gave
 * up. */
static int drive(struct http *h, struct stop *stop, int64_t deadline_ns,
		 CURLcode *rc, struct err *err)
{
	struct curl_waitfd wake = { .fd = stop->fd[0],
				    .events = CURL_WAIT_POLLIN };
	int running, left;
	CURLMsg *msg;

	for (;;) {
		int64_t now = clock_monotonic_ns();

		/* First: what is too late is not begun. */
		if (stop_reason(stop))
			return err_set(err, ERR_CANCELED, "interrupted");
		if (now >= deadline_ns)
			return err_set(err, ERR_TIMEOUT, "no answer in time");
		h->is_begun = true;
		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			return err_set(err, ERR_SYSTEM, "libcurl cannot go on");
		while ((msg = curl_multi_info_read(h->multi, &left)))
			if (msg->msg == CURLMSG_DONE) {
				*rc = msg->data.result;
				return 1;
			}
		if (curl_multi_poll(h->multi, &wake, 1,
				    deadline_ns == CLOCK_NEVER
					    ? 1000
					    : clock_poll_ms(now, deadline_ns),
				    NULL) != CURLM_OK)
			return err_set(err, ERR_SYSTEM, "libcurl cannot wait");
	}
}

/* Given up before a connection was made: a resolver thread may be at work. */
static void note_stray_resolver(struct http *h)
{
	curl_off_t lookup_us = 0;

	curl_easy_getinfo(h->easy, CURLINFO_NAMELOOKUP_TIME_T, &lookup_us);
	if (h->is_begun && lookup_us == 0 && h->sends == 0 &&
	    h->has_stray_resolver)
		atomic_store(h->has_stray_resolver, true);
}

int http_perform(struct http *h, const struct http_request *request,
		 struct stop *stop, int64_t deadline_ns,
		 struct http_response *response, struct err *err)
{
	CURLcode rc = CURLE_OK;
	int ended;

	http_response_reset(response, request->answer_max_bytes);
	response->finished_ns = clock_monotonic_ns();
	h->response = response;
	h->sends = 0;
	h->is_begun = h->is_over_cap = false;
	h->error[0] = '\0';
	if (buf_check(&request->url, ERR_INPUT, err) < 0 ||
	    buf_check(&request->body, ERR_INPUT, err) < 0)
		return err_wrap(err, "cannot build the request");
	if (!load_request(h, request) ||
	    curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
		return err_set(err, ERR_SYSTEM, "cannot set up libcurl");
	ended = drive(h, stop, deadline_ns, &rc, err);
	response->finished_ns = clock_monotonic_ns();
	if (has_connected(h))
		response->was_connected = true;
	if (ended < 0)
		note_stray_resolver(h);
	else
		read_answer(h, response);
	curl_multi_remove_handle(h->multi, h->easy); /* keeps the connection */
	if (ended < 0)
		return -1;
	return rc == CURLE_OK ? 0 : fail_curl(h, rc, err);
}
