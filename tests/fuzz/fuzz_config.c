/* SPDX-License-Identifier: MIT */
/* Any bytes as a configuration file: settings that are taken must be within
 * their ranges. */
#define _DEFAULT_SOURCE /* mkstemp */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/config.h"
#include "cli/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_settings(const struct options *o)
{
	require(o->timeout_sec >= 0 && o->timeout_sec <= 86400);
	require(o->try_timeout_sec > 0 && o->try_timeout_sec <= 86400);
	require(o->retries >= OPTION_AUTO && o->retries <= 10);
	require(o->workers == OPTION_AUTO || (o->workers >= 1 && o->workers <= 64));
	require(o->rate >= OPTION_AUTO && o->rate <= 1000);
	require(o->batch >= OPTION_AUTO && o->batch <= 30);
	require(strcmp(o->env, "real") == 0 || strcmp(o->env, "paper") == 0);
	require(!o->base_url || strncmp(o->base_url, "http", 4) == 0);
	require(!o->wants_help && !o->wants_plan && o->file_count == 0);
	require(!o->app_secret || o->app_secret[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/quotefetch-fuzz-XXXXXX";
	int fd = mkstemp(path); /* 0600 */
	struct options o;
	struct err err;

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
	options_init(&o);
	o.config_file = strdup(path);
	if (config_load(&o, &err) == 0)
		check_settings(&o);
	else
		require(err.kind == ERR_USAGE && memchr(err.msg, '\0', sizeof err.msg));
	options_release(&o);
	unlink(path);
	return 0;
}
