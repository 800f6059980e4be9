// The caller's side: starting a worker, and messages with descriptors, which Swift cannot make itself.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox_launcher.h"

// posix_spawnp(3), with all signals as they are by default: with POSIX_SPAWN_SETPGROUP in a process group of its own, or
// where it is to leave that of its caller itself, and signals wait until it has. Destroys `actions`.
static int start(const char *executable, char *const *arguments, char *const *environment, short group,
                 posix_spawn_file_actions_t *actions) {
  posix_spawnattr_t attributes;
  sigset_t all, none;
  pid_t child = -1;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | group);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, group ? &none : &all);
  int status = posix_spawnp(&child, executable, actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(actions);
  return status ? -status : child;
}

int sandbox_start_worker(int control, int keeps_network) {
  char *arguments[] = {"ocisandbox-worker", keeps_network ? "host" : "own", NULL}, *environment[] = {NULL};
  // dup2 onto its own number would keep close-on-exec, so it goes high first.
  int high = fcntl(control, F_DUPFD_CLOEXEC, 16);
  if (high < 0) return -errno;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int fd = 0; fd < 3; fd++) posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, high, 3);
  int child = start("/proc/self/exe", arguments, environment, 0, &actions);
  close(high);
  return child;
}

void sandbox_avoid_processor(int processor) {
  static _Thread_local cpu_set_t all;
  static _Thread_local int is_avoiding;
  cpu_set_t others;
  if (processor < 0) {
    if (is_avoiding) sched_setaffinity(0, sizeof all, &all);
    is_avoiding = 0;
    return;
  }
  if (is_avoiding || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof all, &all) < 0) return;
  others = all;
  CPU_CLR(processor, &others);
  is_avoiding = sched_setaffinity(0, sizeof others, &others) == 0;  // refused where none is left
}

int sandbox_pipe(int *ends) { return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0; }

int sandbox_output_pipe(int *ends) {
  int status = sandbox_pipe(ends);
  if (status < 0) return status;
  // Only this end: the program's own must wait when the pipe is full. It may open that by its name, such as /dev/stdout, and has a
  // user of its own where it can be given one.
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  fchmod(ends[1], 0222);
  return 0;
}

int sandbox_memory_file(void) {
  int fd = memfd_create("content", MFD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int sandbox_report_file(char *key) {
  static const char digits[] = "0123456789abcdef";
  unsigned char random[sandbox_report_key_size / 2];
  char line[sandbox_report_key_size + 1];
  if (getrandom(random, sizeof random, 0) != sizeof random) return -EIO;
  for (int i = 0; i < sandbox_report_key_size; i++) key[i] = line[i] = digits[random[i / 2] >> (4 * (i % 2)) & 15];
  line[sandbox_report_key_size] = '\n';
  int fd = sandbox_memory_file();
  if (fd < 0 || (write(fd, line, sizeof line) == sizeof line && lseek(fd, 0, SEEK_SET) == 0)) return fd;
  int error = errno;
  close(fd);
  return -error;
}

int sandbox_process_descriptor(int process) {
  int fd = (int)syscall(SYS_pidfd_open, process, 0);
  return fd < 0 ? -errno : fd;
}

int sandbox_send(int socket, const void *bytes, size_t size, const int *descriptors, size_t count) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int) * 253)];  // SCM_MAX_FD
  } control;
  struct iovec part = {(void *)bytes, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 253) return -E2BIG;
  if (count > 0) {
    message.msg_control = control.space;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
  }
  for (;;) {
    if (sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return 0;
    if (errno != EINTR) return -errno;
  }
}

long sandbox_receive(int socket, void *bytes, size_t size, int *descriptor) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {bytes, size};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control};
  *descriptor = -1;
  for (;;) {
    ssize_t length = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return -errno;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS) memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    return length;
  }
}

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

// Removes what is in the folder `name` of `root`. Folders in it are moved up into `root` instead of being
// entered, so that neither the stack nor the number of descriptors bounds how deep a tree may be.
static void empty_folder(int root, const char *name, unsigned *moved) {
  int folder = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *entries = folder < 0 ? NULL : fdopendir(folder);
  for (struct dirent *entry; entries && (entry = readdir(entries));) {
    char place[32];
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    if (unlinkat(folder, entry->d_name, 0) == 0 || unlinkat(folder, entry->d_name, AT_REMOVEDIR) == 0) continue;
    // To be moved a folder must be writable itself, for its "..".
    fchmodat(folder, entry->d_name, 0700, AT_SYMLINK_NOFOLLOW);
    // A name that the program has given is left alone: it is met there anyway.
    do snprintf(place, sizeof place, "%u", (*moved)++);
    while (renameat2(folder, entry->d_name, root, place, RENAME_NOREPLACE) < 0 && errno == EEXIST);
  }
  if (entries) closedir(entries);
  else if (folder >= 0) close(folder);
}

void sandbox_remove_folder(const char *path) {
  unsigned moved = 0;
  fchmodat(AT_FDCWD, path, 0700, AT_SYMLINK_NOFOLLOW);  // the program may have closed it
  int root = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  for (int is_empty = 0; root >= 0 && !is_empty;) {
    int copy = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), removed = 0;
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    is_empty = 1;
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
      if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
      is_empty = 0;
      if (unlinkat(root, entry->d_name, 0) < 0) {
        fchmodat(root, entry->d_name, 0700, AT_SYMLINK_NOFOLLOW);
        empty_folder(root, entry->d_name, &moved);
        if (unlinkat(root, entry->d_name, AT_REMOVEDIR) < 0) continue;
      }
      removed = 1;
    }
    if (entries) closedir(entries);
    if (!removed) break;  // what is left cannot be removed
  }
  if (root >= 0) close(root);
  rmdir(path);
}

int sandbox_start_host_command(const char *executable, char *const *arguments, char *const *environment, int input,
                               int output, int errors, const char *folder) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (input < 0) posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  else posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  if (errors >= 0) posix_spawn_file_actions_adddup2(&actions, errors, 2);
  if (folder) posix_spawn_file_actions_addchdir_np(&actions, folder);
#if __GLIBC_PREREQ(2, 34)
  // Not every descriptor of the caller is marked to be closed: a command has no use for any.
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
  return start(executable, arguments, environment ? environment : environ, POSIX_SPAWN_SETPGROUP, &actions);
}
