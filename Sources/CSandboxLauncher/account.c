// Accounting of a run's processes by the host's /proc: all there is where no cgroup can be had.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

// `anonymous_bytes` and `shared_bytes` are by proportion in an exact account; `mapped_bytes` is the anonymous memory of each
// process whole, and the last two are the most that one process has.
struct sum {
  struct account account;
  const pid_t *ours;
  pid_t parent;
  int ours_count, exact, depth;
  int64_t anonymous_bytes, shared_bytes, file_bytes, mapped_bytes, most_anonymous_bytes, most_shared_bytes;
};

// Files in memory (memfd_create(2)) that were counted already, for many processes may have one open, and those that the
// run was given, of which counts by how much they have grown. What does not find room here is not counted.
enum { most_files = 1 << 15, most_given = 256 };
static struct {
  ino_t number;
  unsigned look;
} counted[most_files];
static unsigned look, first_look;  // the latter of this run
static struct {
  ino_t number;
  int64_t bytes;
} given[most_given];
static int given_count;
static dev_t memory_device;

// How much of what a run's processes have mapped may be counted more than once, because they had it from a fork: at most
// what each had when it was first seen, for what it maps from then on is new. The first one had it from no other. Found
// out by an exact account, and added to for each process that was not there at the last look.
static struct {
  pid_t process;
  unsigned look;
} known[2 * most_processes];
static int64_t most_doubled_bytes;
static int is_new_run;

void begin_account(const int *descriptors, size_t count) {
  struct stat status;
  int file = memory_device ? -1 : memfd_create("device", MFD_CLOEXEC);
  if (file >= 0 && fstat(file, &status) == 0) memory_device = status.st_dev;
  if (file >= 0) close(file);
  given_count = 0;
  is_new_run = 1;
  for (size_t i = 0; i < count && given_count < most_given; i++)
    if (fstat(descriptors[i], &status) == 0 && status.st_dev == memory_device)
      given[given_count].number = status.st_ino, given[given_count++].bytes = status.st_blocks * 512;
}

static int64_t given_bytes(ino_t number) {
  for (int i = 0; i < given_count; i++)
    if (given[i].number == number) return given[i].bytes;
  return 0;
}

static int is_counted(ino_t number) {
  for (size_t i = 0; i < 16; i++) {
    size_t place = ((size_t)number * 0x9e3779b9u + i) % most_files;
    if (counted[place].look == look && counted[place].number == number) return 1;
    if (counted[place].look == look) continue;
    counted[place].number = number, counted[place].look = look;
    return 0;
  }
  return 1;
}

// Whether a process was there at the last look. One that does not find room was not.
static int was_known(pid_t process) {
  int free_place = -1;
  for (size_t i = 0; i < 16; i++) {
    size_t place = ((size_t)process * 0x9e3779b9u + i) % (sizeof known / sizeof *known);
    int is_recent = known[place].look >= first_look && look - known[place].look <= 1;
    if (is_recent && known[place].process == process) {
      known[place].look = look;
      return 1;
    }
    if (!is_recent && free_place < 0) free_place = (int)place;
  }
  if (free_place >= 0) known[free_place].process = process, known[free_place].look = look;
  return 0;
}

static void add_files(int proc, pid_t process, struct sum *sum) {
  char path[32];
  snprintf(path, sizeof path, "%d/fd", process);
  int folder = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *files = folder < 0 ? NULL : fdopendir(folder);
  struct stat status;
  for (struct dirent *file; files && (file = readdir(files));)
    if (file->d_name[0] != '.' && fstatat(folder, file->d_name, &status, 0) == 0 && S_ISREG(status.st_mode) &&
        status.st_dev == memory_device && !is_counted(status.st_ino)) {
      int64_t grown = status.st_blocks * 512 - given_bytes(status.st_ino);
      if (grown > 0) sum->file_bytes += grown;
    }
  if (files) closedir(files);
}

// What a process's stat(5) says behind its name, which may hold anything.
static const char *after_name(int proc, pid_t process, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "%d/stat", process);
  const char *fields = strrchr(read_text(proc, path, text, size), ')');
  return fields ? fields + 1 : NULL;
}

// A first thread that has ended before the others has no memory and no files that could be told, but they have.
static pid_t other_thread(int proc, pid_t process) {
  char path[64], text[4096], state;
  snprintf(path, sizeof path, "%d/task", process);
  int folder = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *threads = folder < 0 ? NULL : fdopendir(folder);
  pid_t found = process;
  for (struct dirent *thread; threads && found == process && (thread = readdir(threads));) {
    pid_t number = (pid_t)atoi(thread->d_name);
    if (number <= 0 || number == process) continue;
    const char *fields = after_name(proc, number, text, sizeof text);
    if (fields && sscanf(fields, " %c", &state) == 1 && state != 'Z' && state != 'X') found = number;
  }
  if (threads) closedir(threads);
  return found;
}

static void add_memory(int proc, pid_t process, pid_t thread, struct sum *sum) {
  char path[64], text[4096];
  // What is in swap is the run's as well.
  int64_t anonymous, shared, mapped;
  if (sum->exact) {
    snprintf(path, sizeof path, "%d/smaps_rollup", thread);
    read_text(proc, path, text, sizeof text);
    int64_t swapped = field(text, "\nSwap:");
    anonymous = field(text, "\nPss_Anon:") + field(text, "\nSwapPss:"), shared = field(text, "\nPss_Shmem:");
    mapped = field(text, "\nAnonymous:") + swapped;
  } else {
    snprintf(path, sizeof path, "%d/status", thread);
    read_text(proc, path, text, sizeof text);
    mapped = anonymous = field(text, "\nRssAnon:") + field(text, "\nVmSwap:"), shared = field(text, "\nRssShmem:");
  }
  int is_first = look == first_look && sum->mapped_bytes == 0;
  if (!was_known(process) && !is_first) most_doubled_bytes += mapped * 1024;
  sum->anonymous_bytes += anonymous * 1024;
  sum->shared_bytes += shared * 1024;
  sum->mapped_bytes += mapped * 1024;
  raise_to(&sum->most_anonymous_bytes, mapped * 1024);
  raise_to(&sum->most_shared_bytes, shared * 1024);
}

// CPU time includes that of waited-for children (proc_pid_stat(5)). Anonymous and shared memory
// (proc_pid_status(5)) counts pages shared after fork once a process; `exact` counts by proportion
// (proc_pid_smaps(5)). Orphans become init's children, so nothing is missed but the CPU time of children
// whose parent ignores SIGCHLD (the wall clock bounds it), memfds that are on their way through a socket, and what
// sockets and pipes hold.
// Returns the thread by which its memory can be told.
static pid_t add_own(int proc, pid_t process, struct sum *sum) {
  for (int i = 0; i < sum->ours_count; i++)
    if (sum->ours[i] == process) return process;
  char text[4096], state;
  long own[4] = {0}, threads = 0;
  const char *fields = after_name(proc, process, text, sizeof text);
  if (!fields || sscanf(fields, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld %ld %ld %*d %*d %ld", &state,
                        &own[0], &own[1], &own[2], &own[3], &threads) != 6)
    return process;
  sum->account.cpu_microseconds += (own[0] + own[1] + own[2] + own[3]) * 1000000ll / sysconf(_SC_CLK_TCK);
  sum->account.processes += threads;
  pid_t alive = state == 'Z' && threads > 1 ? other_thread(proc, process) : process;
  // That of a child which waits for its exec (vfork(2)) is the parent's, by proportion too.
  int is_parents = sum->parent && syscall(SYS_kcmp, sum->parent, alive, KCMP_VM, 0, 0) == 0;
  if (!is_parents) add_memory(proc, process, alive, sum);
  add_files(proc, alive, sum);
  return alive;
}

static void add_process(int proc, pid_t process, void *context) {
  struct sum *sum = context;
  pid_t parent = sum->parent;
  sum->parent = add_own(proc, process, sum);
  // As deep as a chain of processes can be.
  if (++sum->depth < most_processes) each_child(proc, process, add_process, sum);
  sum->depth--;
  sum->parent = parent;
}

// A file in memory that is mapped is counted as shared memory too, so only the larger of both is sure.
static struct account whole(struct sum *sum) {
  int64_t shared = sum->shared_bytes > sum->file_bytes ? sum->shared_bytes : sum->file_bytes;
  sum->account.memory_bytes = sum->anonymous_bytes + shared;
  return sum->account;
}

struct account account_descendants(int proc, const pid_t *ours, int count, int exact, int64_t file_bytes) {
  struct sum sum = {.ours = ours, .ours_count = count, .exact = exact, .file_bytes = file_bytes};
  look++;
  if (is_new_run) first_look = look, most_doubled_bytes = is_new_run = 0;
  each_child(proc, getpid(), add_process, &sum);
  if (exact) most_doubled_bytes = sum.mapped_bytes - sum.anonymous_bytes;
  int64_t anonymous = sum.mapped_bytes - most_doubled_bytes, shared = sum.most_shared_bytes;
  raise_to(&anonymous, sum.most_anonymous_bytes);
  raise_to(&shared, sum.file_bytes);
  sum.account.certain_bytes = anonymous + shared;
  return whole(&sum);
}

struct account account_process(int proc, pid_t process, int exact) {
  struct sum sum = {.exact = exact};
  look++;
  add_process(proc, process, &sum);
  return whole(&sum);
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
