// A cgroup of the worker's own, made once, for memory and processes of a run: version 1 where its
// controllers are mounted, else version 2 beneath the nearest ancestor that hands them on (cgroups(7)).
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker.h"

static char name[64];           // of the folder that is made in each hierarchy
static int parents[3], own[3], homes[3];  // memory, pids, cpuacct; version 2 has the first only
static int count;                         // `homes` are the files by which the worker goes back to where it was
static int memory_limit = -1, swap_limit = -1, memory_peak = -1, memory_now = -1, memory_events = -1;
static int process_limit = -1, process_events = -1, process_count = -1, cpu_usage = -1;
static uint64_t set_memory, set_processes;
static struct cgroup_account base;
enum { own_processes = 2 };  // the worker and init

static int64_t read_number(int fd, const char *key) {
  char text[1024];
  ssize_t length = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
  if (length <= 0) return 0;
  text[length] = 0;
  if (!key) return strtoll(text, NULL, 10);
  size_t size = strlen(key);
  for (char *line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
    if (strncmp(line, key, size) == 0 && line[size] == ' ') return strtoll(line + size, NULL, 10);
  return 0;
}

static int write_number(int fd, int64_t number) {
  char text[32];
  int length = snprintf(text, sizeof text, "%lld", (long long)number);
  return fd >= 0 && pwrite(fd, text, (size_t)length, 0) == length ? 0 : -1;
}

// The line of /proc/self/cgroup of a version 1 controller, or of version 2 ("").
static int own_path(const char *controller, char *path, size_t size) {
  char line[PATH_MAX];
  FILE *file = fopen("/proc/self/cgroup", "re");
  int found = 0;
  while (file && !found && fgets(line, sizeof line, file)) {
    char *names = strchr(line, ':'), *at = names ? strchr(names + 1, ':') : NULL;
    if (!at) continue;
    *at++ = 0;
    at[strcspn(at, "\n")] = 0;
    if (!*controller && names[1] == 0) found = 1;
    for (char *one = strtok(names + 1, ","); *controller && one && !found; one = strtok(NULL, ","))
      found = strcmp(one, controller) == 0;
    if (found) snprintf(path, size, "%s", at);
  }
  if (file) fclose(file);
  return found;
}

// Where the hierarchy is mounted, and which of its folders is the mount's root (proc_pid_mountinfo(5)).
static int mount_of(const char *controller, char *place, char *root, size_t size) {
  char line[PATH_MAX * 2];
  FILE *file = fopen("/proc/self/mountinfo", "re");
  int found = 0;
  while (file && !found && fgets(line, sizeof line, file)) {
    char mount_root[PATH_MAX], mount_place[PATH_MAX], type[64], options[1024] = "";
    char *tail = strstr(line, " - ");
    if (!tail || sscanf(line, "%*d %*d %*s %4095s %4095s", mount_root, mount_place) != 2 ||
        sscanf(tail, " - %63s %*s %1023s", type, options) < 1)
      continue;
    if (!*controller) found = strcmp(type, "cgroup2") == 0;
    else if (strcmp(type, "cgroup") == 0)
      for (char *one = strtok(options, ","); one && !found; one = strtok(NULL, ",")) found = strcmp(one, controller) == 0;
    if (found) {
      snprintf(place, size, "%s", mount_place);
      snprintf(root, size, "%s", mount_root);
    }
  }
  if (file) fclose(file);
  return found;
}

static int own_folder(const char *controller, char *folder, size_t size) {
  char place[PATH_MAX], root[PATH_MAX], path[PATH_MAX];
  if (!mount_of(controller, place, root, sizeof place) || !own_path(controller, path, sizeof path)) return 0;
  size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
  const char *below = strncmp(path, root, skip) == 0 ? path + skip : "";
  return snprintf(folder, size, "%s%s", place, strcmp(below, "/") == 0 ? "" : below) < (int)size;
}

// A worker that was killed could not remove its own.
static void remove_stale(int parent) {
  int copy = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = copy < 0 ? NULL : fdopendir(copy);
  for (struct dirent *entry; entries && (entry = readdir(entries));) {
    int process;
    if (sscanf(entry->d_name, "ocisandbox-%d", &process) == 1 && kill(process, 0) < 0 && errno == ESRCH)
      unlinkat(parent, entry->d_name, AT_REMOVEDIR);
  }
  if (entries) closedir(entries);
}

// Makes a cgroup beneath `folder` and enters it by writing to its file `door`. `home` is where the worker is now.
static int make_beneath(const char *folder, const char *home, const char *door) {
  char path[PATH_MAX + 32];
  int parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return -1;
  remove_stale(parent);
  snprintf(path, sizeof path, "%s/%s", home, door);
  homes[count] = open(path, O_WRONLY | O_CLOEXEC);
  int made = mkdirat(parent, name, 0755) == 0 ? openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  int entry = made < 0 ? -1 : openat(made, door, O_WRONLY | O_CLOEXEC);
  int entered = entry < 0 ? -1 : (int)write(entry, "0", 1);
  if (entered < 0) {
    int error = errno;
    if (entry >= 0) close(entry);
    if (made >= 0) close(made);
    if (homes[count] >= 0) close(homes[count]);
    unlinkat(parent, name, AT_REMOVEDIR);
    close(parent);
    errno = error;
    return -1;
  }
  close(entry);
  parents[count] = parent;
  own[count] = made;
  count++;
  return made;
}

static int open_at(int folder, const char *path, int flags) { return openat(folder, path, flags | O_CLOEXEC); }

static struct cgroup make_version_1(void) {
  struct cgroup group = {.version = 1};
  const char *controllers[] = {"memory", "pids", "cpuacct"};
  char folder[PATH_MAX];
  for (int i = 0; i < 3; i++) {
    if (!own_folder(controllers[i], folder, sizeof folder)) errno = ENOENT;
    // A thread that moves itself holds up nobody; by cgroup.procs it waits for an RCU grace period, 12 ms here.
    else if (make_beneath(folder, folder, "tasks") >= 0) continue;
    group.error = errno;
    remove_cgroup(&group);
    group.version = 0;
    return group;
  }
  memory_limit = open_at(own[0], "memory.limit_in_bytes", O_RDWR);
  swap_limit = open_at(own[0], "memory.memsw.limit_in_bytes", O_RDWR);
  memory_peak = open_at(own[0], "memory.max_usage_in_bytes", O_RDWR);
  memory_now = open_at(own[0], "memory.usage_in_bytes", O_RDONLY);
  memory_events = open_at(own[0], "memory.oom_control", O_RDONLY);
  process_limit = open_at(own[1], "pids.max", O_RDWR);
  process_events = open_at(own[1], "pids.events", O_RDONLY);
  process_count = open_at(own[1], "pids.current", O_RDONLY);
  cpu_usage = open_at(own[2], "cpuacct.usage", O_RDONLY);
  return group;
}

static struct cgroup make_version_2(void) {
  struct cgroup group = {.version = 2};
  char folder[PATH_MAX], home[PATH_MAX], path[PATH_MAX + 32], text[256];
  errno = ENOENT;
  int found = own_folder("", folder, sizeof folder);
  if (found) snprintf(home, sizeof home, "%s", folder);
  // A cgroup with processes of its own hands no controller on ("no internal processes"), so it is an
  // ancestor that does. Moving needs write access to the common ancestor, which making a folder shows.
  for (; found; *strrchr(folder, '/') = 0) {
    snprintf(path, sizeof path, "%s/cgroup.subtree_control", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (length < 0) break;  // above the hierarchy
    text[length] = 0;
    if (strstr(text, "memory") && strstr(text, "pids") && make_beneath(folder, home, "cgroup.procs") >= 0) break;
    if (!strrchr(folder, '/')) break;
  }
  if (count == 0) {
    group.error = errno ? errno : EACCES;
    group.version = 0;
    return group;
  }
  memory_limit = open_at(own[0], "memory.max", O_RDWR);
  swap_limit = open_at(own[0], "memory.swap.max", O_RDWR);
  memory_peak = open_at(own[0], "memory.peak", O_RDWR);
  memory_now = open_at(own[0], "memory.current", O_RDONLY);
  memory_events = open_at(own[0], "memory.events", O_RDONLY);
  process_limit = open_at(own[0], "pids.max", O_RDWR);
  process_events = open_at(own[0], "pids.events", O_RDONLY);
  process_count = open_at(own[0], "pids.current", O_RDONLY);
  cpu_usage = open_at(own[0], "cpu.stat", O_RDONLY);
  return group;
}

struct cgroup make_cgroup(void) {
  snprintf(name, sizeof name, "ocisandbox-%d", getpid());
  struct cgroup group = make_version_1();
  if (!group.version) {
    int error = group.error;
    group = make_version_2();
    if (!group.version && group.error == ENOENT) group.error = error;
  }
  if (group.version && (memory_limit < 0 || process_limit < 0)) {
    group.error = errno;
    remove_cgroup(&group);
    group.version = 0;
  }
  return group;
}

static struct cgroup_account read_counters(const struct cgroup *group) {
  struct cgroup_account now = {0};
  struct rusage self;
  now.cpu_microseconds = group->version == 1 ? read_number(cpu_usage, NULL) / 1000 : read_number(cpu_usage, "usage_usec");
  // The worker's own time is not the run's.
  getrusage(RUSAGE_SELF, &self);
  now.cpu_microseconds -= (self.ru_utime.tv_sec + self.ru_stime.tv_sec) * 1000000ll + self.ru_utime.tv_usec +
                          self.ru_stime.tv_usec;
  now.memory_kills = read_number(memory_events, "oom_kill");
  now.forks_refused = read_number(process_events, "max");
  return now;
}

void begin_cgroup_run(const struct cgroup *group, const struct sandbox_run_request *request) {
  if (!group->version) return;
  if (set_memory != request->memory_bytes) {
    // Version 1: memory and swap together may not be below memory.
    if (group->version == 1) write_number(swap_limit, -1);
    write_number(memory_limit, (int64_t)request->memory_bytes);
    write_number(swap_limit, group->version == 1 ? (int64_t)request->memory_bytes : 0);
    set_memory = request->memory_bytes;
  }
  if (set_processes != request->processes) {
    write_number(process_limit, (int64_t)request->processes + own_processes);
    set_processes = request->processes;
  }
  base = read_counters(group);
  // What an earlier run left in the page cache is not this run's.
  base.peak_memory_bytes = read_number(memory_now, NULL);
  write_number(memory_peak, 0);
}

struct cgroup_account account_cgroup(const struct cgroup *group) {
  struct cgroup_account now = read_counters(group);
  now.cpu_microseconds -= base.cpu_microseconds;
  now.memory_kills -= base.memory_kills;
  now.forks_refused -= base.forks_refused;
  now.peak_memory_bytes = read_number(memory_peak, NULL) - base.peak_memory_bytes;
  now.processes = read_number(process_count, NULL) - own_processes;
  return now;
}

// What fills the workspace is charged to this cgroup until the report is sent: the worker, which is in it,
// must not be the one that the kernel kills for it.
void end_cgroup_run(const struct cgroup *group) {
  if (!group->version || read_number(memory_now, NULL) + (16 << 20) < (int64_t)set_memory) return;
  if (group->version == 1) write_number(swap_limit, -1);
  if (group->version == 1) write_number(memory_limit, -1);
  else (void)!pwrite(memory_limit, "max", 3, 0);
  set_memory = 0;
}

void remove_cgroup(const struct cgroup *group) {
  (void)group;
  for (int i = 0; i < count; i++) {
    if (homes[i] >= 0 && write(homes[i], "0", 1) == 1) close(homes[i]);
    // The last process may be dead but not yet gone from the cgroup.
    for (int tries = 0; unlinkat(parents[i], name, AT_REMOVEDIR) < 0 && errno == EBUSY && tries < 100; tries++)
      usleep(1000);
    close(parents[i]);
    close(own[i]);
  }
  count = 0;
}
