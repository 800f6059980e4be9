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
static int memory_limit = -1, swap_limit = -1, memory_peak = -1, memory_now = -1, memory_events = -1, memory_kinds = -1;
static int process_limit = -1, process_events = -1, process_count = -1, cpu_usage = -1;
static uint64_t set_memory, set_processes;
static int other_processes;
static struct cgroup_account base;
static int preference = -1;     // this process' oom_score_adj, where the program may not open its own
static char usual_preference[16];

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
    for (char *rest, *one = strtok_r(names + 1, ",", &rest); *controller && one && !found;
         one = strtok_r(NULL, ",", &rest))
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
      for (char *rest, *one = strtok_r(options, ",", &rest); one && !found; one = strtok_r(NULL, ",", &rest))
        found = strcmp(one, controller) == 0;
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
  // Of that name can only be what a killed worker left that had our number.
  int is_made = mkdirat(parent, name, 0755) == 0;
  if (!is_made && errno == EEXIST)
    is_made = unlinkat(parent, name, AT_REMOVEDIR) == 0 && mkdirat(parent, name, 0755) == 0;
  int made = is_made ? openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
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
  struct cgroup group = {.version = 1, .own_processes = 2};
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
  struct cgroup group = {.version = 2, .own_processes = 2};
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
  memory_kinds = open_at(own[0], "memory.stat", O_RDONLY);
  process_limit = open_at(own[0], "pids.max", O_RDWR);
  process_events = open_at(own[0], "pids.events", O_RDONLY);
  process_count = open_at(own[0], "pids.current", O_RDONLY);
  cpu_usage = open_at(own[0], "cpu.stat", O_RDONLY);
  return group;
}

// The worker and init are in the run's cgroup too: at its memory limit the kernel is to choose the program, not
// them (proc_pid_oom_score_adj(5)). Root's program says so itself (guest.c). Who is not root cannot open that file of
// a process that is not dumpable, as all are that share the worker's memory: but one may raise what is one's own
// opened before, and take it back. What is born meanwhile inherits it; what comes of vfork(2) keeps it, while the
// worker and init, which share memory, are changed together.
static void open_preference(void) {
  if (geteuid() == 0) return;
  preference = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
  ssize_t length = preference < 0 ? -1 : pread(preference, usual_preference, sizeof usual_preference - 1, 0);
  if (length > 0) usual_preference[length] = 0;
}

void offer_to_oom(const struct cgroup *group, int is_offered) {
  const char *text = is_offered ? "1000" : usual_preference;
  if (group->version && preference >= 0 && *usual_preference) (void)!pwrite(preference, text, strlen(text), 0);
}

struct cgroup make_cgroup(void) {
  open_preference();
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
  // The worker's own time is not the run's, and neither is a parent's.
  getrusage(RUSAGE_SELF, &self);
  now.cpu_microseconds -= (self.ru_utime.tv_sec + self.ru_stime.tv_sec) * 1000000ll + self.ru_utime.tv_usec +
                          self.ru_stime.tv_usec + parent_cpu_microseconds();
  now.memory_kills = read_number(memory_events, "oom_kill");
  now.forks_refused = read_number(process_events, "max");
  return now;
}

// What an earlier run had in its files is given back with its mounts, which can be after this one was asked for: until
// then version 1 refuses a limit that is below it, and version 2 would kill for it.
static int set_memory_limit(int version, int64_t bytes) {
  for (int tries = 0; tries < 2000; tries++) {
    if (version == 1) {
      // Memory and swap together may not be below memory.
      write_number(swap_limit, -1);
      if (write_number(memory_limit, bytes) == 0 && (swap_limit < 0 || write_number(swap_limit, bytes) == 0)) return 0;
    } else if (read_number(memory_kinds, "anon") + read_number(memory_kinds, "shmem") < bytes) {
      write_number(swap_limit, 0);
      return write_number(memory_limit, bytes);
    }
    usleep(1000);
  }
  errno = EBUSY;
  return -1;
}

int begin_cgroup_run(const struct cgroup *group, const struct sandbox_run_request *request, int others) {
  if (!group->version) return 0;
  other_processes = others;
  if (set_memory != request->memory_bytes) {
    set_memory = 0;
    if (set_memory_limit(group->version, (int64_t)request->memory_bytes) < 0) return -1;
    set_memory = request->memory_bytes;
  }
  uint64_t processes = request->processes + (uint64_t)group->own_processes + (uint64_t)others;
  if (set_processes != processes) {
    write_number(process_limit, (int64_t)processes);
    set_processes = processes;
  }
  base = read_counters(group);
  // What an earlier run left in the page cache is not this run's.
  base.peak_memory_bytes = read_number(memory_now, NULL);
  write_number(memory_peak, 0);
  return 0;
}

struct cgroup_account account_cgroup(const struct cgroup *group) {
  struct cgroup_account now = read_counters(group);
  now.cpu_microseconds -= base.cpu_microseconds;
  now.memory_kills -= base.memory_kills;
  now.forks_refused -= base.forks_refused;
  now.peak_memory_bytes = read_number(memory_peak, NULL) - base.peak_memory_bytes;
  now.processes = read_number(process_count, NULL) - group->own_processes - other_processes;
  return now;
}

int is_cgroup_empty(const struct cgroup *group) {
  return group->version && read_number(process_count, NULL) == group->own_processes + other_processes;
}

// What fills the workspace is charged to this cgroup until the report is sent: the worker, which is in it,
// must not be the one that the kernel kills for it.
void end_cgroup_run(const struct cgroup *group) {
  // A parent of warm runs starts, and forks, between the runs, when no program is there.
  if (group->version && other_processes) {
    (void)!pwrite(process_limit, "max", 3, 0);
    set_processes = 0;
  }
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

// The kills at the memory limit of a worker's cgroup, which is left when it was killed itself. `folder` is where the
// caller is, and the worker was when it was started.
static int64_t count_kills_beneath(const char *folder, int worker, const char *file) {
  char path[PATH_MAX + 64];
  snprintf(path, sizeof path, "%s/ocisandbox-%d/%s", folder, worker, file);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  int64_t kills = fd < 0 ? -1 : read_number(fd, "oom_kill");
  if (fd >= 0) close(fd);
  return kills;
}

int64_t sandbox_count_memory_kills(int worker) {
  char folder[PATH_MAX];
  int64_t kills = own_folder("memory", folder, sizeof folder) ? count_kills_beneath(folder, worker, "memory.oom_control") : -1;
  if (kills >= 0 || !own_folder("", folder, sizeof folder)) return kills < 0 ? 0 : kills;
  for (char *slash; kills < 0 && (slash = strrchr(folder, '/')); *slash = 0)
    kills = count_kills_beneath(folder, worker, "memory.events");
  return kills < 0 ? 0 : kills;
}
