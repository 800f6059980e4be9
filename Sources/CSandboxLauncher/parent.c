// The parent of warm runs: an interpreter that is started once, in the worker's view, and then forks for each run. It is
// trusted: no program's code ever runs in it. What it forks is set up from outside, by the very steps of a cold start
// (guest.c), before it reads a word of the program. docs/languages.md says what such an interpreter has to do.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "worker.h"

static struct {
  pid_t process;  // 0: there is none
  int descriptor, socket, gifts, sockets, forks, failures, has_failed;
  unsigned space;  // in whose pid namespace it forks; 0: its own
  uint64_t area, words;  // where its words are, of `words_size` bytes
  size_t words_size;
  int64_t memory, surplus;
  clockid_t clock;
  char *key;
  size_t key_size;
} parent = {.socket = -1, .gifts = -1};

// It answers at once, or is broken. What all that it forks have in common, such as the seed of hashes and where things
// are in memory, is so for that many runs at most.
enum { ready_milliseconds = 20000, tracing_seconds = 10, most_failures = 2, most_forks = 500, many_forks = 100 };

void end_parent(void) {
  if (!parent.process) return;
  syscall(SYS_pidfd_send_signal, parent.descriptor, SIGKILL, NULL, 0);
  while (waitpid(parent.process, NULL, 0) < 0 && errno == EINTR) {
  }
  close(parent.descriptor), close(parent.socket), close(parent.gifts);
  free(parent.key);
  parent.process = 0;
  parent.key = NULL;
}

static int failed(void) {
  parent.failures++;
  parent.has_failed = 1;
  end_parent();
  return -1;
}

static _Noreturn void be_parent(const struct view *view, const int ends[2], const char **words,
                                const char **environment) {
  const char **command = words + 1;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // Streams of the kinds that a run's are: a file or a pipe to read, pipes to write to.
  int input[2] = {-1, -1}, output[2];
  if (strcmp(words[0], "pipe") != 0) input[0] = (int)syscall(SYS_memfd_create, "empty", 0);
  else if (pipe(input) < 0) _exit(1);
  int high[3] = {fcntl(ends[0], F_DUPFD, 32), fcntl(ends[1], F_DUPFD, 32), fcntl(view->program_namespace, F_DUPFD, 32)};
  if (input[0] < 0 || pipe(output) < 0 || high[0] < 0 || high[1] < 0 || high[2] < 0) _exit(1);
  dup2(input[0], 0), dup2(output[1], 1), dup2(output[1], 2);
  dup2(high[0], parent_socket_fd), dup2(high[2], parent_namespace_fd), dup2(high[1], parent_gift_fd);
  syscall(SYS_close_range, parent_gift_fd + 1, ~0u, 0);
  if (chdir("/") < 0) _exit(1);
  execve(command[0], (char **)command, (char **)environment);
  _exit(1);
}

// Waits for a byte of the parent's.
static int hear(char expected) {
  struct pollfd waits[2] = {{parent.socket, POLLIN, 0}, {parent.descriptor, POLLIN, 0}};
  int ready;
  while ((ready = poll(waits, 2, ready_milliseconds)) < 0 && errno == EINTR) {
  }
  char word;
  return recv(parent.socket, &word, 1, MSG_DONTWAIT) == 1 && word == expected;
}

// What follows the words, up to `whole` bytes, is made empty.
static void write_words(pid_t process, const char *words, size_t size, size_t whole) {
  char *bytes = size <= whole && whole <= parent.words_size ? calloc(1, whole + 1) : NULL;
  if (!bytes) return;
  struct iovec mine = {memcpy(bytes, words, size), whole}, theirs = {(void *)(uintptr_t)parent.words, whole};
  (void)!process_vm_writev(process, &mine, 1, &theirs, 1, 0);
  free(bytes);
}

static void find_words(int proc) {
  char path[32], text[2048];
  snprintf(path, sizeof path, "%d/stat", parent.process);
  int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  text[length < 0 ? 0 : length] = 0;
  char *at = strrchr(text, ')');  // what follows the name is the third field; they are the 48th and 49th
  for (int field = 2; at && field < 48; field++) at = strchr(at + 1, ' ');
  unsigned long begin = 0, end = 0;
  if (!at || sscanf(at, " %lu %lu", &begin, &end) != 2 || begin >= end) return;
  parent.words = begin, parent.words_size = end - begin;
  // Its own are the text of all that it was started with, which it has read: none of a program's business.
  write_words(parent.process, "", 0, parent.words_size);
}

void start_parent(const struct view *view, const char **words, const char **environment, const char *key,
                  size_t key_size) {
  if (parent.failures >= most_failures || !view->has_namespaces) return;
  end_parent();
  int talk[2] = {-1, -1}, gifts[2] = {-1, -1}, kind = SOCK_SEQPACKET | SOCK_CLOEXEC;
  char *copy = malloc(key_size);
  pid_t process = -1;
  int sockets = count_sockets();
  if (copy && socketpair(AF_UNIX, kind, 0, talk) == 0 && socketpair(AF_UNIX, kind, 0, gifts) == 0) process = fork();
  if (process == 0) be_parent(view, (int[2]){talk[1], gifts[1]}, words, environment);
  if (talk[1] >= 0) close(talk[1]);
  if (gifts[1] >= 0) close(gifts[1]);
  if (process < 0) {
    if (talk[0] >= 0) close(talk[0]);
    if (gifts[0] >= 0) close(gifts[0]);
    free(copy);
    return;
  }
  parent.process = process;
  parent.descriptor = (int)syscall(SYS_pidfd_open, process, 0);
  parent.socket = talk[0];
  parent.gifts = gifts[0];
  parent.sockets = 0;
  parent.forks = 0;
  parent.space = 0;
  parent.area = parent.words_size = 0;
  parent.memory = parent.surplus = 0;
  if (clock_getcpuclockid(process, &parent.clock) != 0) parent.clock = CLOCK_MONOTONIC;
  parent.key = memcpy(copy, key, key_size);
  parent.key_size = key_size;
  // Between two runs, and not beside one, whose time and processes it would share.
  int64_t bare = 0;
  int is_up = hear('s');
  if (is_up) bare = account_process(view->host_proc, process, 0).memory_bytes;
  if (!is_up || send(parent.socket, "s", 1, MSG_NOSIGNAL) != 1 || !hear('r')) {
    failed();
    return;
  }
  parent.memory = account_process(view->host_proc, process, 0).memory_bytes;
  parent.surplus = parent.memory > bare ? parent.memory - bare : 0;
  parent.has_failed = 0;
  if (sockets >= 0) parent.sockets = count_sockets() - sockets;
  find_words(view->host_proc);
}

int has_room_for(size_t words) { return words <= parent.words_size; }

void show_words(const struct run *run, const char *words, size_t size, size_t before) {
  write_words(run->process, words, size, size > before ? size : before);
}

int64_t parent_memory_bytes(int is_warm) {
  if (!parent.process) return 0;
  return is_warm ? parent.surplus : parent.memory;
}

int has_parent_failed(void) { return parent.has_failed; }

int is_parent_given_up(void) { return parent.failures >= most_failures; }

int has_parent(const char *key, size_t key_size) {
  if (!parent.process || parent.key_size != key_size || memcmp(parent.key, key, key_size) != 0) return 0;
  struct pollfd ended = {parent.descriptor, POLLIN, 0};
  if (poll(&ended, 1, 0) != 0) failed();
  return parent.process != 0;
}

int is_any_parent(void) { return parent.process != 0; }

pid_t parent_process(void) { return parent.process; }

int parent_sockets(void) { return parent.process ? parent.sockets : 0; }

int is_parent_old(void) { return parent.forks >= most_forks; }

int64_t parent_cpu_microseconds(void) {
  struct timespec time;
  if (!parent.process || parent.clock == CLOCK_MONOTONIC || clock_gettime(parent.clock, &time) < 0) return 0;
  return time.tv_sec * 1000000ll + time.tv_nsec / 1000;
}

int count_parent(const struct view *view) {
  char path[32];
  struct stat status;
  if (!parent.process) return 0;
  snprintf(path, sizeof path, "%d/task", parent.process);
  return fstatat(view->host_proc, path, &status, 0) == 0 && status.st_nlink > 2 ? (int)status.st_nlink - 2 : 1;
}

// Gives descriptors to a traced process. Their numbers there replace them.
static int give(struct tracee *tracee, int *descriptors, int count) {
  char byte = 0;
  struct iovec part = {&byte, 1};
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(4 * sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  size_t size = (size_t)count * sizeof(int);
  control.header = (struct cmsghdr){CMSG_LEN(size), SOL_SOCKET, SCM_RIGHTS};
  memcpy(CMSG_DATA(&control.header), descriptors, size);
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = CMSG_SPACE(size)};
  if (sendmsg(parent.gifts, &header, MSG_NOSIGNAL) != 1) return -1;
  return receive_in(tracee, parent_gift_fd, descriptors, count);
}

static int fork_and_set_up(struct run *run) {
  int proc = run->view->host_proc;
  struct tracee *tracee = trace(proc, parent.process, parent_socket_fd);
  if (!tracee) return -1;
  if (!parent.area) parent.area = make_area(tracee);
  if (!parent.area) return -1;
  use_area(tracee, parent.area);
  if (parent.space != space_number()) {
    enum sandbox_step step;
    // What it forks from now on is in the pid namespace of init.
    int processes = space_processes();
    if (give(tracee, &processes, 1) < 0) return -1;
    list_call(tracee, sandbox_step_namespaces, 0, SYS_setns, (long[5]){processes, CLONE_NEWPID});
    list_call(tracee, sandbox_step_namespaces, 0, SYS_close, (long[5]){processes});
    if (make_calls(tracee, &step) < 0) return -1;
    parent.space = space_number();
  }
  tracee = fork_in(proc, tracee, &run->process);
  // Its number stays its own until it is reaped.
  if (run->process > 0) run->program = (int)syscall(SYS_pidfd_open, run->process, 0);
  if (!tracee || run->program < 0) return -1;
  // At its memory limit the kernel is to choose the program, not the worker.
  char path[40];
  snprintf(path, sizeof path, "%d/oom_score_adj", run->process);
  int preference = run->view->cgroup.version ? openat(proc, path, O_WRONLY | O_CLOEXEC) : -1;
  if (preference >= 0) {
    (void)!write(preference, "1000", 4);
    close(preference);
  }
  sched_setaffinity(run->process, sizeof run->processors, &run->processors);
  use_area(tracee, parent.area);
  run->given_rules = run->rules_fd;
  if (run->rules_fd >= 0 && give(tracee, &run->given_rules, 1) < 0) return -1;
  run->tracee = tracee;
  int listener = set_up_program(run);
  run->tracee = NULL;
  // Its last call becomes the one that waits for the worker's answer.
  if (listener < 0 || release(tracee, gate_call) < 0) return -1;
  run->listener = (int)syscall(SYS_pidfd_getfd, run->program, listener, 0);
  return run->listener < 0 ? -1 : 0;
}

// Each step of a traced process is two changes of process, which take a few microseconds on one processor and
// fifty from one to another that is idle. So all stay on this one meanwhile.
static void share_processor(cpu_set_t *before) {
  cpu_set_t one;
  if (stay_on_processor(&one, before)) sched_setaffinity(parent.process, sizeof one, &one);
}

int fork_program(struct run *run) {
  parent.forks++;
  share_processor(&run->processors);
  limit_tracing(tracing_seconds);
  int status = fork_and_set_up(run);
  limit_tracing(0);
  sched_setaffinity(0, sizeof run->processors, &run->processors);
  if (status == 0) {
    // One that fails now and then is no broken one.
    if (parent.forks % many_forks == 0) parent.failures = 0;
    return 0;
  }
  // It is traced still, or waits for a word: never may it go on.
  if (run->process > 0) kill(run->process, SIGKILL);
  return failed();
}

void reap_program(struct run *run) {
  struct rusage usage;
  int status;
  pid_t ended;
  while ((ended = wait4(run->process, &status, __WALL, &usage)) < 0 && errno == EINTR) {
  }
  run->process = 0;
  if (ended < 0 || WIFSTOPPED(status)) return;
  run->wait_status = status;
  run->has_wait_status = 1;
  run->child_cpu_microseconds = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll + usage.ru_utime.tv_usec +
                                usage.ru_stime.tv_usec;
  run->child_peak_kib = usage.ru_maxrss;
}
