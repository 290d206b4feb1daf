/* SPDX-License-Identifier: MIT */
/* Which way a call takes: by URL, https_proxy and no_proxy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "net/route.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void urls_are_split(void **state)
{
	static const struct {
		const char *url, *host, *name;
		int port;
		bool is_address;
	} rows[] = {
		{ "https://broker.test/a/b?c", "broker.test", "broker.test:443", 443, false },
		{ "https://broker.test:9443", "broker.test", "broker.test:9443", 9443, false },
		{ "http://broker.test?x", "broker.test", "broker.test:80", 80, false },
		{ "https://127.0.0.1:8080/", "127.0.0.1", "127.0.0.1:8080", 8080, true },
		{ "https://127.1", "127.1", "127.1:443", 443, true },
		{ "https://0x7f000001", "0x7f000001", "0x7f000001:443", 443, true },
		{ "https://0x7f.test", "0x7f.test", "0x7f.test:443", 443, false },
		{ "https://10.test", "10.test", "10.test:443", 443, false },
		{ "https://1a", "1a", "1a:443", 443, false },
		{ "https://[::1]:8443/x", "::1", "[::1]:8443", 8443, true },
		{ "https://[2001:db8::1]", "2001:db8::1", "[2001:db8::1]:443", 443, true },
		{ "https://LocalHost", "LocalHost", "LocalHost:443", 443, true },
		{ "https://localhost.test", "localhost.test", "localhost.test:443", 443, false },
		{ "https://broker.test:1", "broker.test", "broker.test:1", 1, false },
		{ "https://broker.test:65535", "broker.test", "broker.test:65535", 65535, false },
		/* libcurl's to refuse */
		{ "https://broker.test:0", "", "", 0, true },
		{ "https://broker.test:65536", "", "", 0, true },
		{ "https://broker.test:123456", "", "", 0, true },
		{ "https://broker.test:x", "", "", 0, true },
		{ "https://broker.test:", "", "", 0, true },
		{ "https://[::1", "", "", 0, true },
		{ "https://[::1]8", "", "", 0, true },
		{ "https:///x", "", "", 0, true },
		{ "http://:::1", "", "", 0, true },
		{ "file:///etc/passwd", "", "", 0, true },
		{ "broker.test", "", "", 0, true },
		{ "", "", "", 0, true },
	};
	struct route r;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("# %s\n", rows[i].url);
		assert_int_equal(route_find(rows[i].url, NULL, &r, &err), 0);
		assert_string_equal(r.host, rows[i].host);
		assert_string_equal(r.name, rows[i].name);
		assert_int_equal(r.is_address, rows[i].is_address);
		if (rows[i].port)
			assert_int_equal(r.port, rows[i].port);
		assert_string_equal(r.proxy_url, "");
		assert_false(r.is_proxy || r.has_login);
	}
}

static void a_long_host_is_none(void **state)
{
	char url[ROUTE_HOST_BYTES + 20] = "https://";
	struct route r;

	(void)state;
	memset(url + 8, 'x', ROUTE_HOST_BYTES - 1);
	assert_int_equal(route_find(url, NULL, &r, NULL), 0);
	assert_int_equal(strlen(r.host), ROUTE_HOST_BYTES - 1);
	assert_int_equal(strlen(r.name), ROUTE_HOST_BYTES - 1 + 4);
	url[8 + ROUTE_HOST_BYTES - 1] = 'x';
	assert_int_equal(route_find(url, NULL, &r, NULL), 0);
	assert_string_equal(r.host, "");
}

static void proxies_are_read(void **state)
{
	static const struct {
		const char *proxy, *name, *used;
		bool is_address, has_login;
	} rows[] = {
		{ "http://proxy.test:3128", "proxy.test:3128", "http://proxy.test:3128", false,
		  false },
		{ "http://proxy.test:3128/", "proxy.test:3128", "http://proxy.test:3128", false,
		  false },
		{ "proxy.test:3128", "proxy.test:3128", "http://proxy.test:3128", false, false },
		{ "proxy.test", "proxy.test:1080", "http://proxy.test", false, false },
		{ "HTTP://10.0.0.1:8", "10.0.0.1:8", "http://10.0.0.1:8", true, false },
		{ "http://[::1]:8", "[::1]:8", "http://[::1]:8", true, false },
		{ "https://proxy.test", "proxy.test:443", "https://proxy.test", false, false },
		{ "socks5://proxy.test", "proxy.test:1080", "socks5h://proxy.test", false, false },
		{ "socks5h://proxy.test:9", "proxy.test:9", "socks5h://proxy.test:9", false, false },
		{ "socks4://proxy.test", "proxy.test:1080", "socks4a://proxy.test", false, false },
		{ "socks4a://proxy.test", "proxy.test:1080", "socks4a://proxy.test", false, false },
		{ "http://me:word@proxy.test:1", "proxy.test:1", "http://me:word@proxy.test:1",
		  false, true },
		{ "me@proxy.test", "proxy.test:1080", "http://me@proxy.test", false, true },
		{ "http://me:w@rd@proxy.test:1", "proxy.test:1", "http://me:w@rd@proxy.test:1",
		  false, true },
		{ "http://@proxy.test:1", "proxy.test:1", "http://@proxy.test:1", false, true },
	};
	struct route_rules rules = { 0 };
	struct route r;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("# %s\n", rows[i].proxy);
		rules.proxy = rows[i].proxy;
		assert_int_equal(route_find("https://broker.test:9443/x", &rules, &r, &err), 0);
		assert_string_equal(r.name, rows[i].name);
		assert_string_equal(r.proxy_url, rows[i].used);
		assert_true(r.is_proxy);
		assert_int_equal(r.is_address, rows[i].is_address);
		assert_int_equal(r.has_login, rows[i].has_login);
	}
}

/* What is none is named, but no login. */
static void other_proxies_are_refused(void **state)
{
	static const char *const rows[] = {
		"foo://proxy.test:1", "://proxy.test", "http://", "http://:3128", "http://proxy:0",
		"http://proxy:65536", "http://proxy:x", "http://proxy:", "http://a b", "http://[::1",
		"http://pro\nxy", "http://me:hunter2@", "http://me:hun/ter2@proxy.test",
		"foo://me:hunter2@proxy.test", "http://me:x@'hunter2@127.0.0.1:99999",
		"me:hunter2@proxy.test:99999", "me:hunter2@proxy.test//x@y", "@proxy.test:0",
	};
	char text[3000] = "http://me:hunter2";
	struct route_rules rules = { 0 };
	struct route r;
	struct err err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("# %s\n", rows[i]);
		rules.proxy = rows[i];
		assert_int_equal(route_find("https://broker.test", &rules, &r, &err), -1);
		assert_int_equal(err.kind, ERR_HOST);
		assert_non_null(strstr(err.msg, "cannot use the proxy"));
		if (!strchr(rows[i], '@'))
			assert_non_null(strstr(err.msg, rows[i]));
		assert_null(strstr(err.msg, "hunter2"));
		assert_null(strstr(err.msg, "ter2"));
		assert_int_equal(route_find("https://broker.test", &rules, &r, NULL), -1);
	}
	/* The '@' that a mask looks for may be beyond what a message holds. */
	for (size_t len = 300; len < sizeof text; len += 2600) {
		memset(text + 17, 'x', len - 17);
		strcpy(text + len - 20, "@proxy.test:99999");
		rules.proxy = text;
		assert_int_equal(route_find("https://broker.test", &rules, &r, &err), -1);
		assert_null(strstr(err.msg, "hunter2"));
	}
}

static struct {
	const char *name, *value;
} environment[4];

static char *get(const char *name)
{
	for (size_t i = 0; i < COUNT(environment); i++)
		if (environment[i].name && strcmp(environment[i].name, name) == 0)
			return (char *)(uintptr_t)environment[i].value;
	return NULL;
}

static void the_first_of_the_names_counts(void **state)
{
	static const char *const names[] = { "ALL_PROXY", "all_proxy", "HTTPS_PROXY",
					     "https_proxy" };
	struct route_rules rules;

	(void)state;
	route_rules_read(&rules, get);
	assert_null(rules.proxy);
	assert_null(rules.no_proxy);
	for (size_t i = 0; i < 4; i++) {
		environment[i].name = names[i];
		environment[i].value = names[i];
		route_rules_read(&rules, get);
		assert_string_equal(rules.proxy, names[i]);
	}
	environment[3].value = ""; /* as if it were not set */
	route_rules_read(&rules, get);
	assert_string_equal(rules.proxy, "HTTPS_PROXY");
	environment[0].name = environment[0].value = "NO_PROXY";
	route_rules_read(&rules, get);
	assert_string_equal(rules.no_proxy, "NO_PROXY");
	environment[1].name = environment[1].value = "no_proxy";
	route_rules_read(&rules, get);
	assert_string_equal(rules.no_proxy, "no_proxy");
	for (size_t i = 0; i < 4; i++)
		environment[i].name = NULL;
}

static void exceptions_are_found(void **state)
{
	static const struct {
		const char *no_proxy, *host;
		bool want;
	} rows[] = {
		{ "", "broker.test", false },
		{ "*", "broker.test", true },
		{ "a,*", "10.0.0.1", true },
		{ "broker.test", "broker.test", true },
		{ "BROKER.test", "broker.TEST", true },
		{ "broker.test", "api.broker.test", true },
		{ ".broker.test", "api.broker.test", true },
		{ ".broker.test", "broker.test", true },
		{ "broker.test.", "broker.test", true },
		{ "broker.test", "broker.test.", true },
		{ "broker.test", "nobroker.test", false },
		{ "broker.test", "broker.test.org", false },
		{ "api.broker.test", "broker.test", false },
		{ "test", "broker.test", true },
		{ "est", "broker.test", false },
		{ ".", "broker.test", false },
		{ "..", "broker.test", false },
		{ " a.test , broker.test ", "broker.test", true },
		{ "a.test b.test\tbroker.test", "broker.test", true },
		{ ",,,", "broker.test", false },
		{ "10.0.0.1", "10.0.0.1", true },
		{ "10.0.0.1", "10.0.0.10", false },
		{ "0.0.1", "10.0.0.1", false }, /* no domain */
		{ "10.0.0.0/8", "10.255.0.1", true },
		{ "10.0.0.0/8", "11.0.0.1", false },
		{ "10.0.0.0/12", "10.15.0.1", true },
		{ "10.0.0.0/12", "10.16.0.1", false },
		{ "10.0.0.1/32", "10.0.0.1", true },
		{ "10.0.0.1/32", "10.0.0.0", false },
		{ "0.0.0.0/0", "192.0.2.1", true },
		{ "10.0.0.0/33", "10.0.0.0", false },
		{ "10.0.0.0/", "10.0.0.0", false },
		{ "10.0.0.0/8x", "10.0.0.0", false },
		{ "10.0.0.0/0008", "10.0.0.0", false },
		{ "10.0.0.0/8", "broker.test", false },
		{ "10.0.0.1111111111111111111111111111111111111111/8", "10.0.0.1", false },
		{ "::1", "::1", true },
		{ "0:0::1", "::1", true },
		{ "2001:db8::/32", "2001:db8:1::1", true },
		{ "2001:db8::/32", "2001:db9::1", false },
		{ "2001:db8::/129", "2001:db8::", false },
		{ "::/0", "10.0.0.1", false },
	};
	static char filler[ROUTE_HOST_BYTES + 30];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (route_is_exception(rows[i].no_proxy, rows[i].host) != rows[i].want)
			fail_msg("'%s', %s", rows[i].no_proxy, rows[i].host);
	memset(filler, 'x', ROUTE_HOST_BYTES + 5);
	strcat(filler, ",broker.test");
	assert_true(route_is_exception(filler, "broker.test"));
}

static void an_exception_goes_straight(void **state)
{
	const struct route_rules rules = { "http://proxy.test:1", "broker.test,::1" };
	struct route r;

	(void)state;
	assert_int_equal(route_find("https://api.broker.test/x", &rules, &r, NULL), 0);
	assert_string_equal(r.name, "api.broker.test:443");
	assert_false(r.is_proxy);
	assert_int_equal(route_find("https://[::1]/x", &rules, &r, NULL), 0);
	assert_false(r.is_proxy);
	assert_int_equal(route_find("https://other.test/x", &rules, &r, NULL), 0);
	assert_string_equal(r.name, "proxy.test:1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_are_split),
		cmocka_unit_test(a_long_host_is_none),
		cmocka_unit_test(proxies_are_read),
		cmocka_unit_test(other_proxies_are_refused),
		cmocka_unit_test(the_first_of_the_names_counts),
		cmocka_unit_test(exceptions_are_found),
		cmocka_unit_test(an_exception_goes_straight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
