/* exit_status.h: how it went, as one number.
 * Layer main; uses base, run.
 *
 * A contract with scripts: never renumbered. */
#ifndef EXIT_STATUS_H
#define EXIT_STATUS_H

#include <signal.h>

struct err;
struct run_report;

enum exit_status {
	STATUS_ALL = 0, /* a quote for every symbol */
	STATUS_SOME = 1,
	STATUS_USAGE = 2,
	STATUS_AUTH = 3,
	STATUS_NONE = 4,
	STATUS_OUTPUT = 5,
	STATUS_DEADLINE = 6,
	STATUS_SIGNAL = 128, /* plus its number */
	STATUS_PIPE = 128 + SIGPIPE
};

/* Of an error that ends the run before it begins. signo: the signal that
 * stopped it, for ERR_CANCELED. */
int exit_status_of_err(const struct err *err, int signo);

/* Of a run that began. signo: the signal that stopped it; 0 and less: none. */
int exit_status_of_run(const struct run_report *r, int signo);

#endif
