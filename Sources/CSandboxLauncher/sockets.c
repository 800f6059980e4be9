// What is on its way through a socket that is on its way itself (unix(7), SCM_RIGHTS) is nobody's, and stays when its
// sender has ended, with all that came along: memory that counts for who comes next, a name, a lock on a file. The
// kernel looks for such when some socket is closed, and then does so later.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "worker.h"

enum { most_milliseconds = 2000, pause_microseconds = 100 };

// Where the kernel tells how many sockets the network namespace has; -1: it does not, or the namespace is the host's.
static int counter = -1;

void watch_sockets(int proc) {
  if (counter >= 0) close(counter);
  counter = openat(proc, "self/net/sockstat", O_RDONLY | O_CLOEXEC);
}

int count_sockets(void) {
  char text[64];
  ssize_t length = counter < 0 ? -1 : pread(counter, text, sizeof text - 1, 0);
  if (length <= 0) return -1;
  text[length] = 0;
  const char *at = strstr(text, "sockets: used ");
  return at ? atoi(at + strlen("sockets: used ")) : -1;
}

static void have_kernel_look(void) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return;
  close(ends[0]), close(ends[1]);
}

int settle_sockets(int own) {
  if (count_sockets() == own) return 0;
  int64_t end = now_microseconds() + most_milliseconds * 1000ll;
  do {
    have_kernel_look();
    if (counter < 0) return 0;  // the host's: nobody knows which of them are whose
    if (count_sockets() <= own) return 0;
    usleep(pause_microseconds);
  } while (now_microseconds() < end);
  return -1;
}

int renew_network(int proc) {
  if (unshare(CLONE_NEWNET) < 0) return -1;
  watch_sockets(proc);
  return 0;
}
