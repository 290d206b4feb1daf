/* SPDX-License-Identifier: MIT */
/* The providers that there are: a new one is a line here. */
#include <string.h>

#include "provider/alpaca.h"
#include "provider/ecb.h"
#include "provider/kis_provider.h"
#include "provider/provider.h"
#include "provider/upbit.h"

static const struct provider *const providers[] = {
	&kis_provider,
	&alpaca_provider,
	&upbit_provider,
	&ecb_provider,
};

size_t provider_count(void)
{
	return sizeof providers / sizeof *providers;
}

const struct provider *provider_at(size_t i)
{
	return providers[i];
}

const struct provider *provider_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof providers / sizeof *providers; i++)
		if (strcmp(providers[i]->name, name) == 0)
			return providers[i];
	return NULL;
}
