/* SPDX-License-Identifier: MIT */
#include "base/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int wake_open(int fd[2], struct err *err)
{
	if (pipe(fd) < 0) {
		fd[0] = fd[1] = -1;
		return err_set_errno(err, ERR_SYSTEM, errno,
				     "cannot make a pipe");
	}
	for (int i = 0; i < 2; i++) {
		fcntl(fd[i], F_SETFD, FD_CLOEXEC);
		fcntl(fd[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

void wake_close(const int fd[2])
{
	if (fd[0] < 0)
		return;
	close(fd[0]);
	close(fd[1]);
}

void wake_send(int waker)
{
	int saved = errno;

	while (write(waker, "", 1) < 0 && errno == EINTR)
		;
	errno = saved;
}

void wake_clear(int poller)
{
	int saved = errno;
	char bytes[64];
	ssize_t n;

	do
		n = read(poller, bytes, sizeof bytes);
	while (n > 0 || (n < 0 && errno == EINTR));
	errno = saved;
}
