/* SPDX-License-Identifier: MIT */
/* upbit.h: coins at Upbit, Open API, and its list of pairs.
 * Layer provider; uses provider, names. For registry.c. */
#ifndef PROVIDER_UPBIT_H
#define PROVIDER_UPBIT_H

struct provider;
struct provider_names;

extern const struct provider upbit_provider;
extern const struct provider_names upbit_names;

#endif
