/* SPDX-License-Identifier: MIT */
/* master.h: the broker's lists of symbols: fixed columns for Korea, columns
 * with tabs between for the others, in code page 949, each in an archive.
 * Sandbox; uses market, listing, pack. Pure.
 * Source: open-trading-api, stocks_info. */
#ifndef SANDBOX_MASTER_H
#define SANDBOX_MASTER_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends the archive of that name ("kospi_code.mst.zip"). unknown: codes that
 * do not exist, or NULL. False: there is none. */
bool master_add(struct buf *out, const char *name, const char *unknown);

#endif
