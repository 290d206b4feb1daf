/* SPDX-License-Identifier: MIT */
#include "net/http_failure.h"

#include <errno.h>
#include <string.h>

#include "net/route.h"

/* A certificate out of its time often means that this machine's clock is wrong. */
static const char *hint_at_clock(const char *why)
{
	return strstr(why, "expired") || strstr(why, "not yet valid")
		       ? " (or this machine's clock is wrong)"
		       : "";
}

static int fail_connect(const struct http_ending *end, struct err *err)
{
	const char *whom = end->route->is_proxy ? "the proxy " : "";
	/* A URL that libcurl can read, and route cannot, has no name. */
	const char *name = end->route->name[0] ? end->route->name : end->origin;

	if (end->rc == CURLE_OPERATION_TIMEDOUT || end->errnum == ETIMEDOUT)
		return err_set(err, ERR_NETWORK,
			       "cannot connect to %s'%s': no answer", whom,
			       name);
	if (end->errnum)
		return err_set_errno(err, ERR_NETWORK, end->errnum,
				     "cannot connect to %s'%s'", whom, name);
	return err_set(err, ERR_NETWORK, "cannot connect to %s'%s'", whom,
		       name);
}

/* The proxy answered, and made no tunnel. */
static int fail_tunnel(const struct http_ending *end, struct err *err)
{
	const char *proxy = end->route->name, *there = end->origin;
	int status = end->tunnel_status;

	switch (status) {
	case 407:
		return err_set(err, ERR_AUTH,
			       end->route->has_login
				       ? "the proxy '%s' refuses the login"
				       : "the proxy '%s' wants a login",
			       proxy);
	case 401:
	case 403:
	case 405:
		return err_set(err, ERR_AUTH,
			       "the proxy '%s' refuses the way to %s: HTTP "
			       "status %d",
			       proxy, there, status);
	default:
		return err_set(err, ERR_NETWORK,
			       "the proxy '%s' finds no way to %s: HTTP status "
			       "%d",
			       proxy, there, status);
	}
}

static enum err_kind kind_of(CURLcode rc)
{
	switch (rc) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return ERR_HOST;
	case CURLE_OPERATION_TIMEDOUT:
		return ERR_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
		return ERR_HANDSHAKE;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return ERR_TLS;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_URL_MALFORMAT:
	case CURLE_OUT_OF_MEMORY: /* see fail_transfer */
		return ERR_HTTP;
	default:
		return ERR_NETWORK;
	}
}

static int fail_transfer(const struct http_ending *end, struct err *err)
{
	const char *why =
		end->text[0] ? end->text : curl_easy_strerror(end->rc);
	static const char lost[] = "the kept connection was lost";
	const char *hint = "";

	switch (end->rc) {
	case CURLE_WRITE_ERROR:
		if (end->over_cap == 0)
			return err_no_memory(err);
		return err_set(err, ERR_HTTP,
			       "the answer is larger than %zu bytes",
			       end->over_cap);
	case CURLE_ABORTED_BY_CALLBACK:
		if (!end->was_sent)
			return err_set(err, ERR_TIMEOUT,
				       "too little time was left to send it");
		why = lost;
		break;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
		/* On its way to send again what may be sent only once. */
		if (end->was_sent)
			return err_set(err, ERR_NETWORK, "%s", lost);
		break;
	case CURLE_OUT_OF_MEMORY:
		/* What libcurl says of a header line beyond its measure, too. */
		if (!end->was_sent)
			return err_no_memory(err);
		why = "the answer has an endless header line, or memory ran out";
		break;
	default:
		if (kind_of(end->rc) == ERR_TLS)
			hint = hint_at_clock(why);
		break;
	}
	/* libcurl may repeat the proxy's URL, and cut it before the @. */
	if (end->route->has_login && !end->has_connection && why == end->text)
		why = curl_easy_strerror(end->rc);
	return err_set(err, kind_of(end->rc), "%s%s", why, hint);
}

int http_failure_set(const struct http_ending *end, struct err *err)
{
	bool is_at_proxy = end->route->is_proxy && !end->was_connected;
	int code = (int)end->rc;

	if (!end->has_connection && !end->was_sent &&
	    (end->rc == CURLE_COULDNT_CONNECT ||
	     end->rc == CURLE_OPERATION_TIMEDOUT)) {
		fail_connect(end, err);
	} else if (is_at_proxy && end->tunnel_status != 0) {
		fail_tunnel(end, err);
		code = end->tunnel_status;
	} else {
		fail_transfer(end, err);
		if (is_at_proxy)
			err_wrap(err, "the proxy '%s'", end->route->name);
	}
	if (err)
		err->code = code;
	return -1;
}
