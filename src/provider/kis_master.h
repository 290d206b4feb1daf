/* SPDX-License-Identifier: MIT */
/* kis_master.h: the broker's lists of symbols.
 * Layer provider; uses names. For kis_provider.c. */
#ifndef PROVIDER_KIS_MASTER_H
#define PROVIDER_KIS_MASTER_H

struct provider_names;
extern const struct provider_names kis_names;

#endif
