// The files of a run, put into its workspace by the worker before the program starts.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker.h"

static int write_all(int to, const char *bytes, int64_t length) {
  for (int64_t at = 0; at < length;) {
    ssize_t count = write(to, bytes + at, (size_t)(length - at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return -1;
    at += count;
  }
  return 0;
}

static int copy_all(int to, int from) {
  // An offset of its own: the descriptor's is shared by every run that gets this file.
  off_t offset = 0;
  for (;;) {
    ssize_t count = copy_file_range(from, &offset, to, NULL, 1 << 30, 0);
    if (count < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP)) count = sendfile(to, from, &offset, 1 << 30);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return (int)count;
  }
}

static int make_parents(char *path, int workspace, int owner) {
  for (char *at = path; *at; at++) {
    if (*at != '/') continue;
    *at = 0;
    int is_made = mkdirat(workspace, path, 0755) == 0;
    if (is_made && owner >= 0 && fchownat(workspace, path, (uid_t)owner, (gid_t)owner, 0) < 0) return -1;
    *at = '/';
  }
  return 0;
}

static int put_file(const struct run_file *file, int workspace, int owner) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s", file->path) >= (int)sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  if (make_parents(path, workspace, owner) < 0) return -1;
  int fd = openat(workspace, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0755);
  if (fd < 0) return -1;
  int result = file->descriptor >= 0 ? copy_all(fd, file->descriptor) : write_all(fd, file->bytes, file->length);
  if (result == 0 && owner >= 0) result = fchown(fd, (uid_t)owner, (gid_t)owner);
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

int put_files(const struct run_file *files, size_t count, int workspace, int drivers, int owner) {
  for (size_t i = 0; i < count; i++) {
    struct run_file file = files[i];
    int is_driver = *file.path == '/';
    if (is_driver) file.path = strrchr(file.path, '/') + 1;
    if (put_file(&file, is_driver ? drivers : workspace, is_driver ? -1 : owner) < 0) return -1;
  }
  return 0;
}
