/* SPDX-License-Identifier: MIT */
#include "sandbox/source.h"

static const struct {
	const char *name, *url_variable;
} infos[SOURCES] = {
	[SOURCE_KIS] = { "kis", "KIS_BASE_URL" },
	[SOURCE_ALPACA] = { "alpaca", "ALPACA_BASE_URL" },
	[SOURCE_UPBIT] = { "upbit", "UPBIT_BASE_URL" },
	[SOURCE_ECB] = { "ecb", "ECB_BASE_URL" },
};

const char *source_name(enum source source)
{
	return infos[source].name;
}

const char *source_url_variable(enum source source)
{
	return infos[source].url_variable;
}
