// Init and the program's own process until its exec. Both share the worker's memory and descriptors
// (CLONE_VM, CLONE_FILES; exec ends both), so here are only raw system calls, no libc call that sets
// errno or allocates, and no descriptor that is not close-on-exec but 0 to 2.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "raw.h"
#include "worker.h"

static uint8_t program_stack[128 * 1024] __attribute__((aligned(16)));

static _Noreturn void leave(int status) {
  for (;;) raw_(SYS_exit_group, status);
}

static _Noreturn void fail(struct run *run, enum sandbox_step step, long error) {
  run->error = (int)-error;
  run->step = step;
  leave(1);
}
#define CHECK(step, call) \
  do { \
    long check_result = (call); \
    if (check_result < 0) fail(run, step, check_result); \
  } while (0)

static char *append(char *at, const char *text) {
  while (*text) *at++ = *text++;
  *at = 0;
  return at;
}

static char *append_number(char *at, uint64_t number) {
  char digits[20];
  int count = 0;
  do digits[count++] = (char)('0' + number % 10), number /= 10;
  while (number);
  while (count) *at++ = digits[--count];
  *at = 0;
  return at;
}

static int64_t now(void) {
  struct timespec time;
  raw_(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000ll + time.tv_nsec / 1000;
}

static void limit(struct run *run, int resource, uint64_t soft, uint64_t hard) {
  struct rlimit value = {soft, hard};
  long result = raw_(SYS_prlimit64, 0, resource, &value, 0);
  if (result == -EPERM) {  // the host's own hard limit is lower: keep that
    struct rlimit host;
    CHECK(sandbox_step_limits, raw_(SYS_prlimit64, 0, resource, 0, &host));
    if (value.rlim_max > host.rlim_max) value.rlim_max = host.rlim_max;
    if (value.rlim_cur > host.rlim_max) value.rlim_cur = host.rlim_max;
    result = raw_(SYS_prlimit64, 0, resource, &value, 0);
  }
  CHECK(sandbox_step_limits, result);
}

// landlock(7). Access rights by ABI: 1 the first 13, 2 REFER, 3 TRUNCATE, 4 TCP, 5 IOCTL_DEV, 6 scopes.
static void enter_landlock(struct run *run) {
  int abi = run->view->landlock_abi;
  if (abi < 1) return;  // the caller decides whether that is enough
  struct {
    uint64_t files, network, scoped;
  } handled = {(1ull << (abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13)) - 1,
               abi >= 4 && !run->view->has_network ? 3 : 0, abi >= 6 ? 3 : 0};
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  long rules = raw_(SYS_landlock_create_ruleset, &handled, size, 0);
  CHECK(sandbox_step_landlock, rules);
  uint64_t read_only = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  const char *none[] = {NULL}, *everything[] = {"/", NULL}, *folder_of_devices[] = {"/dev", NULL};
  const char *system[] = {"/proc", "/etc/ld.so.cache", "/etc/alternatives",
                          "/etc/ssl/openssl.cnf" /* Node does not start where it is but may not be read */, NULL};
  const char *devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", NULL};
  const char *own[] = {run->workspace, run->temporary, NULL};
  // With a root of its own all that is in view may be read, and all that is in /dev is meant to be there;
  // else only what is named.
  int has_root = run->view->has_namespaces;
  const char **lists[] = {has_root ? everything : run->view->readable, has_root ? none : system,
                          has_root ? folder_of_devices : devices, own};
  for (int which = 0; which < 4; which++)
    for (const char **path = lists[which]; *path; path++) {
      long fd = raw_(SYS_openat, AT_FDCWD, *path, O_PATH | O_CLOEXEC);
      if (fd < 0) continue;
      struct stat status;
      uint64_t access = which == 3   ? handled.files
                        : which == 2 ? handled.files & (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                                        1ull << 14 /* TRUNCATE */ | 1ull << 15 /* IOCTL_DEV */)
                                     : read_only;
      if (raw_(SYS_newfstatat, fd, "", &status, AT_EMPTY_PATH) == 0 && !S_ISDIR(status.st_mode))
        access &= ~LANDLOCK_ACCESS_FS_READ_DIR;
      struct landlock_path_beneath_attr rule = {access, (int)fd};
      long added = raw_(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
      raw_(SYS_close, fd);
      CHECK(sandbox_step_landlock, added);
    }
  CHECK(sandbox_step_landlock, raw_(SYS_landlock_restrict_self, rules, 0));
  raw_(SYS_close, rules);
}

static void drop_privileges(struct run *run) {
  const struct view *view = run->view;
  gid_t no_groups[1];
  if (view->has_namespaces) {
    raw_(SYS_setgroups, 0, no_groups);  // refused in a namespace of one id, where there is none to keep
    CHECK(sandbox_step_credentials, raw_(SYS_setns, view->program_namespace, CLONE_NEWUSER));
  }
  // After the user namespace, which gives a full bounding set. It needs CAP_SETPCAP.
  for (int capability = 0; capability < 64; capability++) {
    long result = raw_(SYS_prctl, PR_CAPBSET_DROP, capability);
    if (result == -EINVAL) break;  // past the last one that the kernel knows
    if (result < 0 && view->has_namespaces) fail(run, sandbox_step_capabilities, result);
    if (result < 0) break;
  }
  if (view->has_namespaces || view->drops_to_outside_id) {
    long id = view->has_namespaces ? inside_id : outside_id;
    if (!view->has_namespaces) CHECK(sandbox_step_credentials, raw_(SYS_setgroups, 0, no_groups));
    CHECK(sandbox_step_credentials, raw_(SYS_setresgid, id, id, id));
    CHECK(sandbox_step_credentials, raw_(SYS_setresuid, id, id, id));
  }
  CHECK(sandbox_step_capabilities, raw_(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct nothing[2] = {{0, 0, 0}, {0, 0, 0}};
  CHECK(sandbox_step_capabilities, raw_(SYS_capset, &header, nothing));
}

// The worker and init are in the run's cgroup too: at its memory limit the kernel is to choose the program.
// In the child of a vfork this changes the child only (oom_score_adj in proc_pid_oom_score_adj(5)).
static void prefer_for_oom(void) {
  long fd = raw_(SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  raw_(SYS_write, fd, "1000", 4);
  raw_(SYS_close, fd);
}

static int be_program(void *argument) {
  struct run *run = argument;
  const struct sandbox_run_request *request = &run->request;
  raw_(SYS_setsid);
  for (int i = 0; i < 3; i++) CHECK(sandbox_step_spawn, raw_(SYS_dup3, run->streams[i], i, 0));
  if (run->view->cgroup.version) prefer_for_oom();
  if (run->view->has_namespaces) CHECK(sandbox_step_namespaces, raw_(SYS_unshare, CLONE_NEWCGROUP));
  limit(run, RLIMIT_CORE, 0, 0);
  // Only a backstop: the kernel counts whole ticks here, and under load is early by a tenth.
  uint64_t seconds = request->cpu_microseconds / 1000000;
  limit(run, RLIMIT_CPU, seconds + 2, seconds + 3);
  limit(run, RLIMIT_FSIZE, request->file_size_bytes, request->file_size_bytes);
  limit(run, RLIMIT_STACK, request->stack_bytes, request->stack_bytes);
  limit(run, RLIMIT_NPROC, run->process_limit, run->process_limit);
  drop_privileges(run);
  CHECK(sandbox_step_mounts, raw_(SYS_chdir, run->workspace));
  enter_landlock(run);
  // The table is shared with the worker until exec: nothing is closed here, all is closed by exec.
  CHECK(sandbox_step_execute, raw_(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */));
  // Not before: the table is the worker's until exec, and full of what is none of the program's. The listener
  // gets the number that is kept for it.
  limit(run, RLIMIT_NOFILE, request->open_files, request->open_files);
  raw_(SYS_close, reserved_fd);
  long listener = raw_(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &run->view->filter);
  CHECK(sandbox_step_seccomp, listener);
  run->listener = (int)listener;
  run->start = now();
  CHECK(sandbox_step_execute, raw_(SYS_execve, run->executable, run->arguments, run->environment));
  return 1;
}

static void put_files(struct run *run, int owner) {
  char path[4096];
  for (uint32_t i = 0; i < run->request.files; i++) {
    const struct run_file *file = &run->files[i];
    if (strlen(file->path) >= sizeof path) fail(run, sandbox_step_files, -ENAMETOOLONG);
    append(path, file->path);
    for (char *at = path; *at; at++)
      if (*at == '/') {
        *at = 0;
        if (raw_(SYS_mkdirat, AT_FDCWD, path, 0755) == 0 && owner >= 0)
          CHECK(sandbox_step_files, raw_(SYS_fchownat, AT_FDCWD, path, owner, owner, 0));
        *at = '/';
      }
    long fd = raw_(SYS_openat, AT_FDCWD, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0755);
    CHECK(sandbox_step_files, fd);
    if (file->descriptor >= 0) {
      // An offset of its own: the descriptor's is shared by every run that gets this file.
      int64_t offset = 0;
      for (;;) {
        long count = raw_(SYS_copy_file_range, file->descriptor, &offset, fd, 0, 1 << 30, 0);
        if (count == -EXDEV || count == -EINVAL || count == -EOPNOTSUPP)
          count = raw_(SYS_sendfile, fd, file->descriptor, &offset, 1 << 30);
        CHECK(sandbox_step_files, count);
        if (count == 0) break;
      }
    }
    for (int64_t at = 0; file->descriptor < 0 && at < file->length;) {
      long count = raw_(SYS_write, fd, file->bytes + at, file->length - at);
      CHECK(sandbox_step_files, count);
      at += count;
    }
    if (owner >= 0) CHECK(sandbox_step_files, raw_(SYS_fchown, fd, owner, owner));
    raw_(SYS_close, fd);
  }
}

// The tmpfs of the run: its size and inodes bound the workspace and /tmp together.
static void make_workspace(struct run *run) {
  char options[160], *at = append(options, "mode=711,size=");
  at = append_number(at, run->request.disk_bytes);
  at = append(at, ",nr_inodes=");
  append_number(at, run->request.inodes + 3);  // its root and the two folders
  CHECK(sandbox_step_mounts, raw_(SYS_mount, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "subset=pid"));
  CHECK(sandbox_step_mounts, raw_(SYS_mount, "tmpfs", "/box", "tmpfs", MS_NOSUID | MS_NODEV, options));
  int owner = run->view->drops_to_outside_id ? outside_id : -1;
  const char *folders[] = {"/box/workspace", "/box/tmp"};
  for (int i = 0; i < 2; i++) {
    CHECK(sandbox_step_mounts, raw_(SYS_mkdirat, AT_FDCWD, folders[i], 0755));
    if (owner >= 0) CHECK(sandbox_step_mounts, raw_(SYS_fchownat, AT_FDCWD, folders[i], owner, owner, 0));
    CHECK(sandbox_step_mounts, raw_(SYS_mount, folders[i], folders[i] + 4, 0, MS_BIND, 0));
  }
  CHECK(sandbox_step_mounts, raw_(SYS_chdir, "/workspace"));
  put_files(run, owner);
  run->workspace_fd = (int)raw_(SYS_openat, AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  CHECK(sandbox_step_mounts, run->workspace_fd);
  // Held by the worker, so that the mounts are taken down after the report, not before.
  run->mounts_fd = (int)raw_(SYS_openat, AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
}

static pid_t start_program(struct run *run) {
  pid_t program = clone(be_program, program_stack + sizeof program_stack,
                        CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, run);
  if (program < 0) fail(run, sandbox_step_spawn, -EAGAIN);
  return program;
}

// Waits for the program, reaping what is orphaned to us meanwhile.
static void wait_for(struct run *run, pid_t program) {
  for (;;) {
    int status;
    struct rusage usage;
    long ended = raw_(SYS_wait4, -1, &status, 0, &usage);
    if (ended == -EINTR) continue;
    if (ended < 0) leave(1);
    if (ended != program) continue;
    raw_(SYS_getrusage, RUSAGE_CHILDREN, &usage);
    run->child_cpu_microseconds = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll +
                                  usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    run->child_peak_kib = usage.ru_maxrss;
    run->wait_status = status;
    run->has_wait_status = 1;
    return;
  }
}

// Pid 1 of the sandbox: puts the workspace in, starts the program, reaps. Its end kills all that is left.
int be_init(void *argument) {
  struct run *run = argument;
  CHECK(sandbox_step_spawn, raw_(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL));
  make_workspace(run);
  pid_t program = start_program(run);
  if (run->step) leave(1);
  wait_for(run, program);
  leave(0);
}

// The same without namespaces. What outlives the program becomes the worker's child (PR_SET_CHILD_SUBREAPER),
// which kills it.
int be_starter(void *argument) {
  struct run *run = argument;
  CHECK(sandbox_step_spawn, raw_(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL));
  CHECK(sandbox_step_mounts, raw_(SYS_chdir, run->workspace));
  put_files(run, run->view->drops_to_outside_id ? outside_id : -1);
  run->workspace_fd = (int)raw_(SYS_openat, AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  CHECK(sandbox_step_mounts, run->workspace_fd);
  pid_t program = start_program(run);
  if (run->step) leave(1);
  wait_for(run, program);
  leave(0);
}
