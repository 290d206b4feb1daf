/* SPDX-License-Identifier: MIT */
/* source.h: the sources that the sandbox plays, each on a port of its own.
 * Sandbox, lowest; a table and nothing else. */
#ifndef SANDBOX_SOURCE_H
#define SANDBOX_SOURCE_H

enum source {
	SOURCE_KIS,    /* the Korean broker */
	SOURCE_ALPACA, /* US shares */
	SOURCE_UPBIT,  /* coins */
	SOURCE_ECB,    /* exchange rates, by Frankfurter */
	SOURCES
};

/* "kis", "alpaca", ... */
const char *source_name(enum source source);

/* The variable by which the client finds it. */
const char *source_url_variable(enum source source);

#endif
