/* SPDX-License-Identifier: MIT */
/* state_dir.h: a state directory of its own for each test, open, and a stop.
 * Setup and teardown for cmocka; as temp_dir.h. */
#ifndef STATE_DIR_H
#define STATE_DIR_H

#include <fcntl.h>

#include "base/sync.h"
#include "temp_dir.h"

static int dir;
static struct stop stop;

static int enter_state_dir(void **state)
{
	struct err err;
	int rc = enter_temp_dir(state);

	dir = open(".", O_RDONLY | O_DIRECTORY);
	return rc < 0 || dir < 0 ? -1 : stop_init(&stop, &err);
}

static int leave_state_dir(void **state)
{
	stop_destroy(&stop);
	close(dir);
	return leave_temp_dir(state);
}

#endif
