/* SPDX-License-Identifier: MIT */
/* upbit_names.h: Upbit's list of symbols.
 * Layer provider; uses names. For upbit.c. */
#ifndef PROVIDER_UPBIT_NAMES_H
#define PROVIDER_UPBIT_NAMES_H

struct provider_names;
extern const struct provider_names upbit_names;

#endif
