/* SPDX-License-Identifier: MIT */
/* kis_feed.h: Korea Investment & Securities, the stream half of the seam.
 * Layer provider; uses feed. For kis_provider.c. */
#ifndef PROVIDER_KIS_FEED_H
#define PROVIDER_KIS_FEED_H

struct feed;
extern const struct feed kis_feed;

#endif
