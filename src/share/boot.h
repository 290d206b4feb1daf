/* SPDX-License-Identifier: MIT */
/* boot.h: whose monotonic clock this process reads.
 * Layer share; uses base.
 *
 * An instant of CLOCK_MONOTONIC means something within one boot of one system
 * and one time namespace. State that holds such instants carries boot_name() in
 * its file's name: so two machines on one network directory, or two boots, never
 * take each other's instants for their own. */
#ifndef SHARE_BOOT_H
#define SHARE_BOOT_H

#include <stdbool.h>
#include <stdint.h>

/* The same for all processes that read one clock, and for no others. Where the
 * system has no name for its boot (it is no Linux), that of the host stands for
 * it: instants that lie too far ahead then tell an older boot. Thread: any. */
uint64_t boot_name(void);

/* Whether the system has a name for its boot: then boot_name is another one after
 * a reboot. Thread: any. */
bool boot_is_named(void);

/* Among which processes a process number means what it means here; 0: nobody can
 * tell. Thread: any. */
uint64_t boot_pid_space(void);

/* When this boot began, by the wall clock as it is now: milliseconds since
 * 1970. Thread: any. */
int64_t boot_began_ms(void);

#endif
