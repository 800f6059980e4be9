// Accounting of a run's processes by the host's /proc: all there is where no cgroup can be had.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "worker.h"

static int64_t clock_microseconds(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000ll + time.tv_nsec / 1000;
}

int64_t now_microseconds(void) { return clock_microseconds(CLOCK_MONOTONIC); }

int64_t own_cpu_microseconds(void) { return clock_microseconds(CLOCK_THREAD_CPUTIME_ID); }

static char *read_text(int folder, const char *path, char *text, size_t size) {
  int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
  size_t length = 0;
  for (ssize_t count; fd >= 0 && length < size - 1; length += (size_t)count)
    if ((count = read(fd, text + length, size - 1 - length)) <= 0) break;
  if (fd >= 0) close(fd);
  text[length] = 0;
  return text;
}

static int64_t field(const char *text, const char *name) {
  const char *at = strstr(text, name);
  return at ? strtoll(at + strlen(name), NULL, 10) : 0;
}

// Calls `visit` for each child of a process; every thread has a list of its own.
static void each_child(int proc, pid_t process, void (*visit)(int proc, pid_t child, void *context), void *context) {
  char path[64], *text = malloc(1 << 16);
  snprintf(path, sizeof path, "%d/task", process);
  int folder = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *threads = folder < 0 ? NULL : fdopendir(folder);
  for (struct dirent *thread; text && threads && (thread = readdir(threads));) {
    if (thread->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%d/task/%.16s/children", process, thread->d_name);
    char *cursor = read_text(proc, path, text, 1 << 16), *end;
    for (long child; (child = strtol(cursor, &end, 10)) > 0; cursor = end) visit(proc, (pid_t)child, context);
  }
  if (threads) closedir(threads);
  free(text);
}

struct sum {
  struct account account;
  const pid_t *ours;
  int ours_count, exact, depth;
};

// CPU time includes that of waited-for children (proc_pid_stat(5)). Anonymous and shared memory
// (proc_pid_status(5)) counts pages shared after fork once a process; `exact` counts by proportion
// (proc_pid_smaps(5)). Orphans become init's children, so nothing is missed but the CPU time of children
// whose parent ignores SIGCHLD (the wall clock bounds it) and memfds that nobody maps.
static void add_own(int proc, pid_t process, struct sum *sum) {
  char path[64], text[4096];
  for (int i = 0; i < sum->ours_count; i++)
    if (sum->ours[i] == process) return;
  snprintf(path, sizeof path, "%d/stat", process);
  char *fields = strrchr(read_text(proc, path, text, sizeof text), ')');  // the name may hold anything
  long own[4] = {0}, threads = 0;
  if (!fields || sscanf(fields + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld %ld %ld %*d %*d %ld",
                        &own[0], &own[1], &own[2], &own[3], &threads) != 5)
    return;
  sum->account.cpu_microseconds += (own[0] + own[1] + own[2] + own[3]) * 1000000ll / sysconf(_SC_CLK_TCK);
  sum->account.processes += threads;
  int64_t before = sum->account.memory_bytes;
  if (sum->exact) {
    snprintf(path, sizeof path, "%d/smaps_rollup", process);
    read_text(proc, path, text, sizeof text);
    sum->account.memory_bytes += (field(text, "\nPss_Anon:") + field(text, "\nPss_Shmem:")) * 1024;
  } else {
    snprintf(path, sizeof path, "%d/status", process);
    read_text(proc, path, text, sizeof text);
    sum->account.memory_bytes += (field(text, "\nRssAnon:") + field(text, "\nRssShmem:")) * 1024;
  }
  int64_t own_bytes = sum->account.memory_bytes - before;
  if (own_bytes > sum->account.largest_bytes) sum->account.largest_bytes = own_bytes;
}

static void add_process(int proc, pid_t process, void *context) {
  struct sum *sum = context;
  add_own(proc, process, sum);
  // As deep as a chain of processes can be.
  if (++sum->depth < most_processes) each_child(proc, process, add_process, sum);
  sum->depth--;
}

struct account account_descendants(int proc, const pid_t *ours, int count, int exact) {
  struct sum sum = {{0}, ours, count, exact, 0};
  each_child(proc, getpid(), add_process, &sum);
  return sum.account;
}

struct account account_process(int proc, pid_t process, int exact) {
  struct sum sum = {{0}, NULL, 0, exact, 0};
  add_process(proc, process, &sum);
  return sum.account;
}

static void kill_process(int proc, pid_t process, void *context) {
  (void)context;
  kill(process, SIGSTOP);  // so that it makes no more children while its own are listed
  each_child(proc, process, kill_process, context);
  kill(process, SIGKILL);
}

struct ours {
  const pid_t *processes;
  int count;
};

static void kill_unless_ours(int proc, pid_t process, void *context) {
  const struct ours *ours = context;
  for (int i = 0; i < ours->count; i++)
    if (ours->processes[i] == process) {
      each_child(proc, process, kill_process, NULL);
      return;
    }
  kill_process(proc, process, NULL);
}

void kill_programs(int proc, const pid_t *processes, int count) {
  struct ours ours = {processes, count};
  each_child(proc, getpid(), kill_unless_ours, &ours);
}

void kill_descendants(int proc) {
  for (;;) {
    each_child(proc, getpid(), kill_process, NULL);
    int reaped = 0;
    pid_t child;
    while ((child = waitpid(-1, NULL, WNOHANG)) > 0) reaped = 1;
    if (child < 0 && errno == ECHILD) return;
    if (!reaped) usleep(1000);
  }
}

uint64_t count_own_processes(int proc) {
  uint64_t count = 0;
  int folder = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *processes = folder < 0 ? NULL : fdopendir(folder);
  struct stat own, theirs;
  if (fstatat(proc, "self/ns/user", &own, 0) < 0) own.st_ino = 0;
  for (struct dirent *entry; processes && (entry = readdir(processes));) {
    struct stat status;
    char path[64];
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    // The kernel counts them for each user namespace.
    snprintf(path, sizeof path, "%.16s/ns/user", entry->d_name);
    if (own.st_ino && (fstatat(proc, path, &theirs, 0) < 0 || theirs.st_ino != own.st_ino)) continue;
    snprintf(path, sizeof path, "%.16s/task", entry->d_name);
    if (fstatat(proc, path, &status, 0) == 0 && status.st_uid == geteuid() && status.st_nlink > 2)
      count += status.st_nlink - 2;
  }
  if (processes) closedir(processes);
  return count;
}
