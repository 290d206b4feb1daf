/* SPDX-License-Identifier: MIT */
/* upbit.h: coins at Upbit, Open API.
 * Layer provider; uses provider. For registry.c. */
#ifndef PROVIDER_UPBIT_H
#define PROVIDER_UPBIT_H

struct provider;
extern const struct provider upbit_provider;

#endif
