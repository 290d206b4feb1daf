/* SPDX-License-Identifier: MIT */
/* listing.h: the symbols that the sandbox knows by name.
 * Sandbox, lowest; a table and nothing else. */
#ifndef SANDBOX_LISTING_H
#define SANDBOX_LISTING_H

#include <stddef.h>
#include <stdint.h>

struct domestic_listing {
	const char *code, *name, *board, *sector;
	int64_t previous; /* won; 0: invented */
	int64_t price;    /* won; 0: invented; -1: halted */
};

struct overseas_listing {
	const char *code, *exchange, *korean, *english;
	int64_t previous; /* ten-thousandths; 0: invented */
	int64_t price;    /* ten-thousandths; 0: invented */
};

/* NULL: not known by name.
 * Owns: static, valid always. */
const struct domestic_listing *listing_find_domestic(const char *code);

/* The first listing of the code, on whatever exchange of the given group
 * ("US" for NAS, NYS and AMS, else the exchange itself). */
const struct overseas_listing *listing_find_overseas(const char *code,
						     const char *group);

/* The listing at that place of the table; NULL: the table has ended. */
const struct domestic_listing *listing_get_domestic(size_t place);
const struct overseas_listing *listing_get_overseas(size_t place);

#endif
