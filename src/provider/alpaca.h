/* SPDX-License-Identifier: MIT */
/* alpaca.h: US shares, Alpaca Market Data API, and its list of them.
 * Layer provider; uses provider, names. For registry.c. */
#ifndef PROVIDER_ALPACA_H
#define PROVIDER_ALPACA_H

struct provider;
struct provider_names;

extern const struct provider alpaca_provider;
extern const struct provider_names alpaca_names;

#endif
