/* SPDX-License-Identifier: MIT */
/* alpaca_names.h: Alpaca's list of symbols.
 * Layer provider; uses names. For alpaca.c. */
#ifndef PROVIDER_ALPACA_NAMES_H
#define PROVIDER_ALPACA_NAMES_H

struct provider_names;
extern const struct provider_names alpaca_names;

#endif
