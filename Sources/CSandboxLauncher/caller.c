// Small calls on the caller's side that Swift cannot make itself.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox_launcher.h"

int sandbox_open_beneath(int root, const char *path, int folder) {
  // O_NONBLOCK: a FIFO that the program left must not hold the caller up before it is refused below.
  struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (folder ? O_DIRECTORY : 0),
                         .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
  int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
  if (fd < 0) return -errno;
  struct stat status;
  if (fstat(fd, &status) < 0 || (!folder && !S_ISREG(status.st_mode))) {
    close(fd);
    return -EINVAL;
  }
  return fd;
}

int sandbox_system_call_number(const char *name) { return seccomp_syscall_resolve_name(name); }
