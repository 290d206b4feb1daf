/* SPDX-License-Identifier: MIT */
#include "sandbox/acceptor.h"

#include "base/clock.h"
#include "base/wake.h"

#include <poll.h>

/* Does what the broker says. Returns when to ask it again. */
static int64_t follow(struct acceptor *acceptor)
{
	const struct acceptor_setup *setup = &acceptor->setup;
	int64_t change_ns = CLOCK_NEVER;

	for (int i = 0; i < SOURCES; i++) {
		struct listener *listener = &setup->listener[i];
		bool is_down = broker_is_down(setup->broker, (enum source)i,
					      &change_ns);

		if (is_down)
			listener_close(listener);
		else if (listener_open(listener, NULL))
			/* The port is ours: this passes. */
			change_ns = clock_monotonic_ns() + NS_PER_SEC / 100;
		if (is_down && !acceptor->is_down[i])
			connections_drop(setup->connections, (enum source)i);
		acceptor->is_down[i] = is_down;
	}
	return change_ns;
}

static void wait_for_more(const struct acceptor *acceptor, int64_t until_ns)
{
	const struct acceptor_setup *setup = &acceptor->setup;
	struct pollfd fds[SOURCES + 2] = {
		{ .fd = setup->stop->fd[0], .events = POLLIN },
		{ .fd = acceptor->wake[0], .events = POLLIN },
	};

	for (int i = 0; i < SOURCES; i++)
		fds[2 + i] = (struct pollfd){ .fd = setup->listener[i].fd,
					      .events = POLLIN };
	(void)!poll(fds, SOURCES + 2,
		    clock_poll_ms(clock_monotonic_ns(), until_ns));
	if (fds[1].revents)
		wake_clear(acceptor->wake[0]);
}

static void *run(void *arg)
{
	struct acceptor *acceptor = arg;
	const struct acceptor_setup *setup = &acceptor->setup;

	while (stop_reason(setup->stop) == 0) {
		wait_for_more(acceptor, follow(acceptor));
		for (int i = 0; i < SOURCES; i++) {
			int fd = listener_accept(&setup->listener[i]);

			if (fd >= 0)
				setup->take(setup->ctx, fd);
		}
	}
	return NULL;
}

int acceptor_start(struct acceptor *acceptor,
		   const struct acceptor_setup *setup, struct err *err)
{
	*acceptor = (struct acceptor){ .setup = *setup, .wake = { -1, -1 } };
	if (wake_open(acceptor->wake, err) < 0)
		return -1;
	follow(acceptor);
	for (int i = 0; i < SOURCES; i++) {
		if (!acceptor->is_down[i] &&
		    listener_open(&setup->listener[i], err))
			return -1;
	}
	if (thread_start(&acceptor->thread, run, acceptor, err))
		return -1;
	acceptor->is_started = true;
	return 0;
}

void acceptor_wake(struct acceptor *acceptor)
{
	wake_send(acceptor->wake[1]);
}

void acceptor_join(struct acceptor *acceptor)
{
	if (acceptor->is_started)
		thread_join(&acceptor->thread);
	acceptor->is_started = false;
	wake_close(acceptor->wake);
	acceptor->wake[0] = acceptor->wake[1] = -1;
}
