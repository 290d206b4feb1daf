/* SPDX-License-Identifier: MIT */
/* kis_provider.h: Korea Investment & Securities, KIS Open API.
 * Layer provider; uses provider. For registry.c. */
#ifndef PROVIDER_KIS_PROVIDER_H
#define PROVIDER_KIS_PROVIDER_H

struct provider;
extern const struct provider kis_provider;

#endif
