/* SPDX-License-Identifier: MIT */
#include "provider/provider.h"

#include <string.h>

/* The providers that there are: a new one is a line here, and one in provider.h. */
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

const struct provider_account *provider_find_account(
	const struct provider *provider, const char *name)
{
	size_t i;

	for (i = 0; i < provider->account_count; i++)
		if (strcmp(provider->account[i].name, name) == 0)
			return &provider->account[i];
	return NULL;
}

static const struct provider_range *find_range(
	const struct provider_account *account, enum market market)
{
	static const struct provider_range none = { .batch_max = 0 };

	for (size_t i = 0; i < PROVIDER_RANGES_MAX; i++)
		if (account->serves[i].batch_max > 0 &&
		    account->serves[i].first <= market &&
		    account->serves[i].last >= market)
			return &account->serves[i];
	return &none;
}

size_t provider_batch_max(const struct provider_account *account,
			  enum market market)
{
	return find_range(account, market)->batch_max;
}

bool provider_has_detail(const struct provider_account *account,
			 enum market market)
{
	return find_range(account, market)->has_detail;
}

size_t provider_batch_most(const struct provider_account *account)
{
	size_t most = 0;

	for (size_t i = 0; i < PROVIDER_RANGES_MAX; i++)
		if (account->serves[i].batch_max > most)
			most = account->serves[i].batch_max;
	return most;
}
