/* SPDX-License-Identifier: MIT */
/* alpaca.h: US shares, Alpaca Market Data API.
 * Layer provider; uses provider. For registry.c. */
#ifndef PROVIDER_ALPACA_H
#define PROVIDER_ALPACA_H

struct provider;
extern const struct provider alpaca_provider;

#endif
