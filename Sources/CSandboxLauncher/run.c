// The caller's side: starts the launcher (this same executable, see launcher.c) and reads what comes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox_launcher.h"

static void drain(int fd, struct sandbox_stream *stream, size_t limit, int *open) {
  uint8_t chunk[65536];
  ssize_t count = read(fd, chunk, sizeof chunk);
  if (count <= 0) {
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) *open = 0;
    return;
  }
  stream->total += (uint64_t)count;
  size_t room = limit - stream->kept, take = (size_t)count < room ? (size_t)count : room;
  memcpy(stream->bytes + stream->kept, chunk, take);
  stream->kept += take;
}

int sandbox_run(const void *request, size_t request_size, size_t output_limit,
                struct sandbox_stream *output, struct sandbox_stream *error,
                struct sandbox_report *report) {
  memset(output, 0, sizeof *output);
  memset(error, 0, sizeof *error);
  memset(report, 0, sizeof *report);
  int result = 0, memory = -1, empty = -1, control[2] = {-1, -1}, out[2] = {-1, -1},
      err[2] = {-1, -1};
  pid_t child = -1;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);

  output->bytes = malloc(output_limit);
  error->bytes = malloc(output_limit);
  memory = memfd_create("request", MFD_CLOEXEC);
  empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (!output->bytes || !error->bytes || memory < 0 || empty < 0 ||
      pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC) ||
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control)) {
    result = errno;
    goto done;
  }
  for (size_t at = 0; at < request_size;) {
    ssize_t count = write(memory, (const char *)request + at, request_size - at);
    if (count < 0) {
      result = errno;
      goto done;
    }
    at += (size_t)count;
  }
  // dup2 onto a fixed number may land on a descriptor still needed, so all go high first.
  int wanted[5] = {empty, out[1], err[1], memory, control[1]}, high[5];
  for (int i = 0; i < 5; i++) {
    high[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, 64);
    if (high[i] < 0) result = errno;
    posix_spawn_file_actions_adddup2(&actions, high[i], i);
  }
  char *arguments[] = {"ocisandbox-launcher", NULL}, *environment[] = {NULL};
  if (!result)
    result = posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environment);
  for (int i = 0; i < 5; i++)
    if (high[i] >= 0) close(high[i]);
  if (result) {
    child = -1;
    goto done;
  }
  close(out[1]), close(err[1]), close(control[1]);
  out[1] = err[1] = control[1] = -1;

  int out_open = 1, err_open = 1, finished = 0, stopped = 0;
  while (out_open || err_open || !finished) {
    struct pollfd waits[3] = {{out_open ? out[0] : -1, POLLIN, 0},
                              {err_open ? err[0] : -1, POLLIN, 0},
                              {finished ? -1 : control[0], POLLIN, 0}};
    if (poll(waits, 3, -1) < 0 && errno != EINTR) {
      result = errno;
      break;
    }
    if (waits[0].revents) drain(out[0], output, output_limit, &out_open);
    if (waits[1].revents) drain(err[0], error, output_limit, &err_open);
    if (waits[2].revents) {
      ssize_t count = recv(control[0], report, sizeof *report, MSG_WAITALL);
      if (count != (ssize_t)sizeof *report) result = EPROTO;
      finished = 1;
    }
    uint64_t most = 8 * (uint64_t)output_limit;
    if (!stopped && (output->total > most || error->total > most)) {
      stopped = 1;
      shutdown(control[0], SHUT_WR);  // the launcher ends the run and still reports
    }
  }
done:
  posix_spawn_file_actions_destroy(&actions);
  int all[] = {memory, empty, control[0], control[1], out[0], out[1], err[0], err[1]};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (all[i] >= 0) close(all[i]);
  if (child > 0)
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
  return result;
}
