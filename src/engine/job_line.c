/* SPDX-License-Identifier: MIT */
#include "engine/job_line.h"

void job_line_append(struct job_line *line, struct result *job)
{
	job->next = NULL;
	if (line->last)
		line->last->next = job;
	else
		line->first = job;
	line->last = job;
}

void job_line_prepend(struct job_line *line, struct result *job)
{
	job->next = line->first;
	line->first = job;
	if (!line->last)
		line->last = job;
}

void job_line_prepend_all(struct job_line *line, struct job_line *before)
{
	if (!before->first)
		return;
	before->last->next = line->first;
	if (!line->last)
		line->last = before->last;
	line->first = before->first;
	*before = (struct job_line){ NULL, NULL };
}

struct result *job_line_take_after(struct job_line *line, struct result *before)
{
	struct result *job = before ? before->next : line->first;

	if (!job)
		return NULL;
	if (before)
		before->next = job->next;
	else
		line->first = job->next;
	if (line->last == job)
		line->last = before;
	job->next = NULL;
	return job;
}

void job_line_clear(struct job_line *line)
{
	struct result *job;

	while ((job = job_line_take_after(line, NULL)))
		result_free(job);
}

struct result *job_new(struct request *request)
{
	struct result *job = request ? result_new(request) : NULL;

	if (!job)
		request_free(request);
	return job;
}
