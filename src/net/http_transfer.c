/* SPDX-License-Identifier: MIT */
/* A transfer, from first to last:
 *
 *   route     whose connection is needed: the host's, or the proxy's (http_peer)
 *   attempt   libcurl takes a kept connection, or an address it has kept. If it
 *             has neither it asks before_lookup, is refused, and gives up
 *   find      then the name is resolved (resolve.h), and the next attempt begins
 *   next      as long as nobody answers at the addresses of one round, there is
 *             another attempt with those of the next
 *   fail      what is left of it when none does is said in our words (http_failure)
 *
 * All of it ends at one deadline, and by one stop: drive() waits for libcurl's
 * sockets and the stop's, resolver_find for the lookup and the stop. */
#include "net/http_transfer.h"

#include "base/clock.h"
#include "base/sync.h"
#include "net/http_failure.h"

enum {
	/* To connect, for the last addresses and for those before them. A SYN
	 * that is lost goes out again after a second. */
	CONNECT_MAX_MS = 2000,
	CONNECT_MORE_MAX_MS = 1000,
	NO_CONNECT_LIMIT_MS = 24 * 3600 * 1000
};

/* Called when libcurl would resolve a name by itself: what it says of a failure
 * is too little to go by, so the addresses come from our own resolver. */
static int before_lookup(void *resolver, void *reserved, void *user)
{
	struct http_transfer *t = user;

	(void)resolver, (void)reserved;
	t->lacks_address = !t->peer.route.is_address;
	return t->lacks_address;
}

static bool set_options(struct http_transfer *t,
			const struct http_config *config)
{
	const char *protocols = config->allows_plain ? "http,https" : "https";
	CURL *e = t->easy;

	return !curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error) &&
	       !curl_easy_setopt(e, CURLOPT_HTTP_VERSION,
				 CURL_HTTP_VERSION_1_1) &&
	       !curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, protocols) &&
	       !curl_easy_setopt(e, CURLOPT_SSLVERSION,
				 (long)CURL_SSLVERSION_TLSv1_2) &&
	       !curl_easy_setopt(e, CURLOPT_RESOLVER_START_FUNCTION,
				 before_lookup) &&
	       !curl_easy_setopt(e, CURLOPT_RESOLVER_START_DATA, t) &&
	       (!config->ca_file ||
		!curl_easy_setopt(e, CURLOPT_CAINFO, config->ca_file));
}

int http_transfer_init(struct http_transfer *t,
		       const struct http_config *config, struct err *err)
{
	*t = (struct http_transfer){ .easy = curl_easy_init(),
				     .multi = curl_multi_init() };
	if (!t->easy || !t->multi || !set_options(t, config))
		return err_set(err, ERR_SYSTEM, "cannot set up libcurl");
	return http_peer_init(&t->peer, t->easy, !config->allows_plain,
			      config->has_stray_resolver, err);
}

void http_transfer_release(struct http_transfer *t)
{
	http_transfer_detach(t);
	curl_easy_cleanup(t->easy);
	curl_multi_cleanup(t->multi);
	http_peer_release(&t->peer);
}

/* Once a connection stands, what follows is the server's pace: handshake and
 * tunnel may take what is left of the deadline. libcurl looks at its limit anew
 * whenever it looks at the clock. */
static void note_connection(struct http_transfer *t)
{
	long connects = 0;

	if (t->has_connection)
		return;
	curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
	if (connects == 0)
		return;
	t->has_connection = true;
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)NO_CONNECT_LIMIT_MS);
}

/* The proxy's answer to CONNECT; 0: none. */
static int tunnel_status(const struct http_transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &status);
	return (int)status;
}

/* A connection to the proxy is none yet. */
static bool is_server_reached(const struct http_transfer *t)
{
	return t->has_connection &&
	       (!t->peer.route.is_proxy || tunnel_status(t) / 100 == 2);
}

/* Drives the attempt to its end. Returns 0 with *rc, or -1 when this side gave
 * up. */
static int drive(struct http_transfer *t, struct stop *stop,
		 int64_t deadline_ns, CURLcode *rc, struct err *err)
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
		if (curl_multi_perform(t->multi, &running) != CURLM_OK)
			return err_set(err, ERR_SYSTEM, "libcurl cannot go on");
		note_connection(t);
		while ((msg = curl_multi_info_read(t->multi, &left)))
			if (msg->msg == CURLMSG_DONE) {
				*rc = msg->data.result;
				return 0;
			}
		if (curl_multi_poll(t->multi, &wake, 1,
				    deadline_ns == CLOCK_NEVER
					    ? 1000
					    : clock_poll_ms(now, deadline_ns),
				    NULL) != CURLM_OK)
			return err_set(err, ERR_SYSTEM, "libcurl cannot wait");
	}
}

static long connect_limit_ms(const struct http_transfer *t, int64_t deadline_ns)
{
	int64_t half_ms = (deadline_ns - clock_monotonic_ns()) / 2 / NS_PER_MS;
	long max_ms = http_peer_has_next(&t->peer) ? CONNECT_MORE_MAX_MS
						   : CONNECT_MAX_MS;

	if (t->has_no_connect_limit)
		return NO_CONNECT_LIMIT_MS;
	if (half_ms > max_ms)
		return max_ms;
	return half_ms > 0 ? (long)half_ms : 1; /* 0 would be for ever */
}

/* Returns as drive. */
static int attempt(struct http_transfer *t, struct stop *stop,
		   int64_t deadline_ns, CURLcode *rc, struct err *err)
{
	int ended;

	http_transfer_detach(t);
	t->has_connection = t->lacks_address = false;
	t->error[0] = '\0';
	if (curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
			     connect_limit_ms(t, deadline_ns)) ||
	    curl_multi_add_handle(t->multi, t->easy) != CURLM_OK)
		return err_set(err, ERR_SYSTEM, "cannot set up libcurl");
	t->is_attached = true;
	ended = drive(t, stop, deadline_ns, rc, err);
	t->finished_ns = clock_monotonic_ns();
	if (is_server_reached(t))
		t->was_connected = true;
	return ended;
}

/* Nobody answered at the addresses of this round. */
static bool is_unreached(const struct http_transfer *t, CURLcode rc)
{
	return !t->has_connection && !t->was_sent &&
	       (rc == CURLE_COULDNT_CONNECT || rc == CURLE_OPERATION_TIMEDOUT);
}

/* One turn of libcurl can connect, load the authorities' certificates, and find
 * the limit passed before note_connection could lift it. */
static bool is_cut_short(const struct http_transfer *t, CURLcode rc)
{
	return t->has_connection && !t->has_no_connect_limit && !t->was_sent &&
	       rc == CURLE_OPERATION_TIMEDOUT;
}

int http_transfer_run(struct http_transfer *t, const char *url,
		      struct stop *stop, int64_t deadline_ns, CURLcode *rc,
		      struct err *err)
{
	int ended;

	t->was_connected = t->was_sent = t->has_no_connect_limit = false;
	t->finished_ns = clock_monotonic_ns();
	if (http_peer_choose(&t->peer, url, err) < 0)
		return -1;
	if (curl_easy_setopt(t->easy, CURLOPT_URL, url))
		return err_set(err, ERR_SYSTEM, "cannot set up libcurl");
	ended = attempt(t, stop, deadline_ns, rc, err);
	if (ended == 0 && t->lacks_address && !t->was_sent) {
		ended = http_peer_find(&t->peer, stop, deadline_ns, err);
		t->finished_ns = clock_monotonic_ns();
		if (ended == 0)
			ended = attempt(t, stop, deadline_ns, rc, err);
	}
	while (ended == 0 && is_unreached(t, *rc) && http_peer_next(&t->peer))
		ended = attempt(t, stop, deadline_ns, rc, err);
	if (ended == 0 && is_cut_short(t, *rc)) {
		t->has_no_connect_limit = true;
		ended = attempt(t, stop, deadline_ns, rc, err);
	}
	if (ended < 0)
		return -1;
	if (t->has_connection)
		http_peer_prefer_last(&t->peer);
	else if (is_unreached(t, *rc))
		http_peer_forget(&t->peer);
	return 0;
}

void http_transfer_detach(struct http_transfer *t)
{
	if (t->is_attached)
		curl_multi_remove_handle(t->multi, t->easy);
	t->is_attached = false;
}

int http_transfer_fail(const struct http_transfer *t, CURLcode rc,
		       size_t over_cap, struct err *err)
{
	struct http_ending end = {
		.rc = rc,
		.text = t->error,
		.tunnel_status = tunnel_status(t),
		.has_connection = t->has_connection,
		.was_connected = t->was_connected,
		.was_sent = t->was_sent,
		.over_cap = over_cap,
		.route = &t->peer.route,
		.origin = buf_text(&t->peer.origin),
	};
	long errnum = 0;

	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &errnum);
	end.errnum = (int)errnum;
	return http_failure_set(&end, err);
}
