/* SPDX-License-Identifier: MIT */
/* job_line.h: jobs in a row: results that are to be asked for, or for again.
 * Layer engine; uses base, model. Main's alone. */
#ifndef ENGINE_JOB_LINE_H
#define ENGINE_JOB_LINE_H

#include "model/quote.h"

struct job_line {
	struct result *first, *last;
};

/* Owns: the line, the job; until it is taken. */
void job_line_append(struct job_line *line, struct result *job);
void job_line_prepend(struct job_line *line, struct result *job);

/* Puts a whole line before this one; it is empty then. */
void job_line_prepend_all(struct job_line *line, struct job_line *before);

/* Takes the job after before (NULL: the first), or NULL: there is none. */
struct result *job_line_take_after(struct job_line *line,
				   struct result *before);

/* Frees what is in it. */
void job_line_clear(struct job_line *line);

/* A blank job for the request, which it owns; NULL: there is no request, or no
 * memory: then the request is freed. */
struct result *job_new(struct request *request);

#endif
