/* A call, from first to last:
 *
 *   route     whose connection is needed: the host's, or the proxy's (http_peer)
 *   transfer  libcurl takes a kept connection, or an address it has kept. If it
 *             has neither it asks before_lookup, is refused, and gives up
 *   find      then the name is resolved (resolve.h), and the transfer begins anew
 *   next      as long as nobody answers at the addresses of one round, the
 *             transfer begins anew with those of the next
 *   fail      what is left of it when none does is said in our words (http_failure)
 *
 * All of it ends at one deadline, and by one stop: drive() waits for libcurl's
 * sockets and the stop's, resolver_find for the lookup and the stop. At most one
 * of the transfers sends: before_send counts, over all of them. */
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
#include "base/sync.h"
#include "net/http_failure.h"
#include "net/http_peer.h"

enum {
	/* Below the idle limit of common servers, so that a kept connection is
	 * rarely found dead. */
	MAX_IDLE_SEC = 25,
	RETRY_AFTER_MAX_SEC = 3600,
	/* To connect, for the last addresses and for those before them. A SYN
	 * that is lost goes out again after a second. */
	CONNECT_MAX_MS = 2000,
	CONNECT_MORE_MAX_MS = 1000,
	NO_CONNECT_LIMIT_MS = 24 * 3600 * 1000
};

struct http {
	CURL *easy;
	CURLM *multi;
	struct curl_slist
		header[HTTP_HEADER_MAX]; /* over the request's texts */
	char error[CURL_ERROR_SIZE];
	struct http_response *response; /* of the call under way; borrowed */
	int sends;                      /* of the call under way */
	bool has_connection; /* a new one stands: to server or proxy */
	bool lacks_address;  /* libcurl gave up for want of one */
	bool is_over_cap;
	struct http_peer peer; /* to whom the connection goes */
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

/* Called when libcurl would resolve a name by itself: what it says of a failure
 * is too little to go by, so the addresses come from our own resolver. */
static int before_lookup(void *resolver, void *reserved, void *user)
{
	struct http *h = user;

	(void)resolver, (void)reserved;
	h->lacks_address = !h->peer.route.is_address;
	return h->lacks_address;
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
	       !curl_easy_setopt(e, CURLOPT_RESOLVER_START_FUNCTION,
				 before_lookup) &&
	       !curl_easy_setopt(e, CURLOPT_RESOLVER_START_DATA, h) &&
	       /* The keys are for the server, not for a proxy. */
	       !curl_easy_setopt(e, CURLOPT_HEADEROPT,
				 (long)CURLHEADER_SEPARATE) &&
	       !curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_SEC) &&
	       !curl_easy_setopt(e, CURLOPT_USERAGENT, config->user_agent) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, take_body) &&
	       !curl_easy_setopt(e, CURLOPT_WRITEDATA, h) &&
	       !curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_header) &&
	       !curl_easy_setopt(e, CURLOPT_HEADERDATA, h) &&
	       !curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
	       !curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, before_send) &&
	       !curl_easy_setopt(e, CURLOPT_PREREQDATA, h) &&
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
	h->easy = curl_easy_init();
	h->multi = curl_multi_init();
	if (!h->easy || !h->multi || !set_options(h->easy, config, h)) {
		err_set(err, ERR_SYSTEM, "cannot set up libcurl");
		goto fail;
	}
	if (http_peer_init(&h->peer, h->easy, !config->allows_plain,
			   config->has_stray_resolver, err) < 0)
		goto fail;
	return h;
fail:
	http_free(h);
	return NULL;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->easy);
	curl_multi_cleanup(h->multi);
	http_peer_release(&h->peer);
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

/* Once a connection stands, what follows is the server's pace: handshake and
 * tunnel may take what is left of the deadline. libcurl looks at its limit anew
 * whenever it looks at the clock. */
static void note_connection(struct http *h)
{
	long connects = 0;

	if (h->has_connection)
		return;
	curl_easy_getinfo(h->easy, CURLINFO_NUM_CONNECTS, &connects);
	if (connects == 0)
		return;
	h->has_connection = true;
	curl_easy_setopt(h->easy, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)NO_CONNECT_LIMIT_MS);
}

/* The proxy's answer to CONNECT; 0: none. */
static int tunnel_status(const struct http *h)
{
	long status = 0;

	curl_easy_getinfo(h->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return (int)status;
}

/* A connection to the proxy is none yet. */
static bool is_server_reached(const struct http *h)
{
	return h->has_connection &&
	       (!h->peer.route.is_proxy || tunnel_status(h) / 100 == 2);
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
		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			return err_set(err, ERR_SYSTEM, "libcurl cannot go on");
		note_connection(h);
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

static long connect_limit_ms(const struct http *h, int64_t deadline_ns)
{
	int64_t half_ms = (deadline_ns - clock_monotonic_ns()) / 2 / NS_PER_MS;
	long max_ms = http_peer_has_next(&h->peer) ? CONNECT_MORE_MAX_MS
						   : CONNECT_MAX_MS;

	if (half_ms > max_ms)
		return max_ms;
	return half_ms > 0 ? (long)half_ms : 1; /* 0 would be for ever */
}

/* Returns as drive. */
static int transfer(struct http *h, struct stop *stop, int64_t deadline_ns,
		    CURLcode *rc, struct err *err)
{
	struct http_response *response = h->response;
	int ended;

	h->has_connection = h->lacks_address = false;
	h->error[0] = '\0';
	if (curl_easy_setopt(h->easy, CURLOPT_CONNECTTIMEOUT_MS,
			     connect_limit_ms(h, deadline_ns)) ||
	    curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
		return err_set(err, ERR_SYSTEM, "cannot set up libcurl");
	ended = drive(h, stop, deadline_ns, rc, err);
	response->finished_ns = clock_monotonic_ns();
	if (is_server_reached(h))
		response->was_connected = true;
	if (ended > 0)
		read_answer(h, response);
	curl_multi_remove_handle(h->multi, h->easy); /* keeps the connection */
	return ended;
}

/* Nobody answered at the addresses of this round. */
static bool is_unreached(const struct http *h, CURLcode rc)
{
	return !h->has_connection && !h->response->was_sent &&
	       (rc == CURLE_COULDNT_CONNECT || rc == CURLE_OPERATION_TIMEDOUT);
}

static int fail(const struct http *h, CURLcode rc, struct err *err)
{
	const struct http_response *response = h->response;
	struct http_ending end = {
		.rc = rc,
		.text = h->error,
		.has_connection = h->has_connection,
		.was_connected = response->was_connected,
		.was_sent = response->was_sent,
		.over_cap = h->is_over_cap ? response->body.max : 0,
		.route = &h->peer.route,
		.origin = buf_text(&h->peer.origin),
	};
	long errnum = 0;

	curl_easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &errnum);
	end.errnum = (int)errnum;
	end.tunnel_status = tunnel_status(h);
	return http_failure_set(&end, err);
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
	h->is_over_cap = false;
	if (buf_check(&request->url, ERR_INPUT, err) < 0 ||
	    buf_check(&request->body, ERR_INPUT, err) < 0)
		return err_wrap(err, "cannot build the request");
	if (http_peer_choose(&h->peer, buf_text(&request->url), err) < 0)
		return -1;
	if (!load_request(h, request))
		return err_set(err, ERR_SYSTEM, "cannot set up libcurl");
	ended = transfer(h, stop, deadline_ns, &rc, err);
	if (ended > 0 && h->lacks_address && !response->was_sent) {
		ended = http_peer_find(&h->peer, stop, deadline_ns, err);
		response->finished_ns = clock_monotonic_ns();
		if (ended == 0)
			ended = transfer(h, stop, deadline_ns, &rc, err);
	}
	while (ended > 0 && is_unreached(h, rc) && http_peer_next(&h->peer))
		ended = transfer(h, stop, deadline_ns, &rc, err);
	if (ended < 0)
		return -1;
	if (h->has_connection)
		http_peer_prefer_last(&h->peer);
	else if (is_unreached(h, rc))
		http_peer_forget(&h->peer);
	return rc == CURLE_OK ? 0 : fail(h, rc, err);
}
