/* SPDX-License-Identifier: MIT */
/* ecb.h: reference rates of the European Central Bank, by Frankfurter.
 * Layer provider; uses provider. For registry.c. */
#ifndef PROVIDER_ECB_H
#define PROVIDER_ECB_H

struct provider;
extern const struct provider ecb_provider;

#endif
