// Init, the spawner, and the program's own process until its exec. All share the worker's memory and descriptors
// (CLONE_VM, CLONE_FILES; exec ends both), so here are only raw system calls, no libc call that sets
// errno or allocates, and no descriptor that is not close-on-exec but 0 to 2.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "raw.h"
#include "worker.h"

static uint8_t program_stack[128 * 1024] __attribute__((aligned(16)));

static _Noreturn void leave(int status) {
  for (;;) raw_(SYS_exit_group, status);
}

static int fail(struct run *run, enum sandbox_step step, long error) {
  run->error = (int)-error;
  run->step = step;
  return -1;
}
#define CHECK(step, call) \
  do { \
    long check_result = (call); \
    if (check_result < 0) return fail(run, step, check_result); \
  } while (0)

// What follows sets up the process that becomes the program: this one, or one that is traced (`run->tracee`), where
// the calls are put on a list and made at the end, all at once. So what a call gives is not to be used, but whether
// it failed.
static long call(struct run *run, enum sandbox_step step, int may_fail, long number, long a, long b, long c, long d,
                 long e) {
  if (!run->tracee) {
    long result = raw(number, a, b, c, d, e, 0);
    return result < 0 && !may_fail ? fail(run, step, result) : result;
  }
  list_call(run->tracee, step, may_fail, number, (long[5]){a, b, c, d, e});
  return 0;
}
#define call_5(run, step, may_fail, number, a, b, c, d, e, ...) \
  call(run, step, may_fail, (number), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
// Returns -1 where it failed, with the run's step and error set.
#define must_(run, step, ...) call_5(run, step, 0, __VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define MUST(step, ...) \
  do { \
    if (must_(run, step, __VA_ARGS__) < 0) return -1; \
  } while (0)
#define try_(run, ...) call_5(run, sandbox_step_none, 1, __VA_ARGS__, 0, 0, 0, 0, 0, 0)

// Where that process has a copy of the bytes.
static const void *give(struct run *run, const void *bytes, size_t size) {
  return run->tracee ? copy_in(run->tracee, bytes, size) : bytes;
}

static const void *give_text(struct run *run, const char *text) {
  size_t size = 1;
  for (const char *at = text; *at; at++) size++;
  return give(run, text, size);
}

static int limit(struct run *run, int resource, uint64_t soft, uint64_t hard) {
  struct rlimit value = {soft, hard};
  if (run->tracee) return (int)must_(run, sandbox_step_limits, SYS_prlimit64, 0, resource, give(run, &value, sizeof value), 0);
  long result = raw_(SYS_prlimit64, 0, resource, &value, 0);
  if (result == -EPERM) {  // the host's own hard limit is lower: keep that (make_calls does too)
    struct rlimit host;
    CHECK(sandbox_step_limits, raw_(SYS_prlimit64, 0, resource, 0, &host));
    if (value.rlim_max > host.rlim_max) value.rlim_max = host.rlim_max;
    if (value.rlim_cur > host.rlim_max) value.rlim_cur = host.rlim_max;
    result = raw_(SYS_prlimit64, 0, resource, &value, 0);
  }
  CHECK(sandbox_step_limits, result);
  return 0;
}

static int set_limits(struct run *run) {
  const struct sandbox_run_request *limits = &run->limits;
  enum { most_signals = 1024 };
  // Only a backstop: the kernel counts whole ticks here, and under load is early by a tenth.
  uint64_t seconds = limits->cpu_microseconds / 1000000;
  const struct {
    int resource;
    uint64_t soft, hard;
  } all[] = {{RLIMIT_CORE, 0, 0},
             {RLIMIT_CPU, seconds + 2, seconds + 3},
             {RLIMIT_FSIZE, limits->file_size_bytes, limits->file_size_bytes},
             {RLIMIT_STACK, limits->stack_bytes, limits->stack_bytes},
             {RLIMIT_NPROC, run->process_limit, run->process_limit},
             // Signals that wait, and timers: the kernel counts them for the user who started the worker too.
             {RLIMIT_SIGPENDING, most_signals, most_signals},
             // Where the host gives its user more, it is not for its programs.
             {RLIMIT_RTPRIO, 0, 0},
             {RLIMIT_NICE, 0, 0}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (limit(run, all[i].resource, all[i].soft, all[i].hard) < 0) return -1;
  return 0;
}

// Not together with the others: until exec the table is the worker's, which has more, and a filter's listener too.
static int limit_descriptors(struct run *run) {
  return limit(run, RLIMIT_NOFILE, run->limits.open_files, run->limits.open_files);
}

static const uint64_t reading = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t using_devices = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                      1ull << 14 /* TRUNCATE */ | 1ull << 15 /* IOCTL_DEV */;

static int add_rule(struct run *run, long rules, long fd, uint64_t access) {
  struct landlock_path_beneath_attr rule = {access, (int)fd};
  CHECK(sandbox_step_landlock, raw_(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
  return 0;
}

// With a root of its own all that is in view may be read, and all that is in /dev is meant to be there.
static int add_rules_of_root(struct run *run, long rules, uint64_t files) {
  long temporary = raw_(SYS_openat, AT_FDCWD, run->temporary, O_PATH | O_CLOEXEC);
  CHECK(sandbox_step_landlock, temporary);
  int added = add_rule(run, rules, run->view->root, reading);
  if (added == 0) added = add_rule(run, rules, run->view->devices, files & using_devices);
  if (added == 0) added = add_rule(run, rules, run->workspace_fd, files);
  if (added == 0) added = add_rule(run, rules, temporary, files);
  raw_(SYS_close, temporary);
  return added;
}

// Else only what is named.
static int add_rules_of_names(struct run *run, long rules, uint64_t files) {
  const char *system[] = {"/proc", "/etc/ld.so.cache", "/etc/alternatives",
                          "/etc/ssl/openssl.cnf" /* Node does not start where it is but may not be read */, NULL};
  const char *devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", NULL};
  const char *own[] = {run->workspace, run->temporary, NULL}, *drivers[] = {run->drivers, NULL};
  const struct {
    const char **paths;
    uint64_t access;
  } lists[] = {{run->view->readable, reading}, {system, reading}, {devices, files & using_devices}, {own, files}, {drivers, reading}};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const char **path = lists[i].paths; *path; path++) {
      long fd = raw_(SYS_openat, AT_FDCWD, *path, O_PATH | O_CLOEXEC);
      if (fd < 0) continue;
      struct stat status;
      uint64_t access = lists[i].access;
      if (raw_(SYS_newfstatat, fd, "", &status, AT_EMPTY_PATH) == 0 && !S_ISDIR(status.st_mode))
        access &= ~LANDLOCK_ACCESS_FS_READ_DIR;
      int added = add_rule(run, rules, fd, access);
      raw_(SYS_close, fd);
      if (added < 0) return -1;
    }
  return 0;
}

// landlock(7). Access rights by ABI: 1 the first 13, 2 REFER, 3 TRUNCATE, 4 TCP, 5 IOCTL_DEV, 6 scopes.
// Returns a descriptor of the rules for what is in view of this process, or -1.
int make_rules(struct run *run) {
  int abi = run->view->landlock_abi;
  struct {
    uint64_t files, network, scoped;
  } handled = {(1ull << (abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13)) - 1,
               abi >= 4 && !run->view->has_network ? 3 : 0, abi >= 6 ? 3 : 0};
  long rules = raw_(SYS_landlock_create_ruleset, &handled, abi >= 6 ? 24 : abi >= 4 ? 16 : 8, 0);
  CHECK(sandbox_step_landlock, rules);
  int added = run->view->has_namespaces ? add_rules_of_root(run, rules, handled.files) : add_rules_of_names(run, rules, handled.files);
  if (added == 0) return (int)rules;
  raw_(SYS_close, rules);
  return -1;
}

static int enter_landlock(struct run *run) {
  if (run->view->landlock_abi < 1) return 0;  // the caller decides whether that is enough
  // Made by the worker, but for a process that has no view of its own.
  int rules = run->tracee ? run->given_rules : run->view->has_namespaces ? run->rules_fd : make_rules(run);
  if (rules < 0) return run->tracee ? (int)fail(run, sandbox_step_landlock, -EBADF) : -1;
  MUST(sandbox_step_landlock, SYS_landlock_restrict_self, rules, 0, 0, 0, own_restriction);
  if (rules != run->rules_fd) try_(run, SYS_close, rules);
  return 0;
}

static int drop_privileges(struct run *run) {
  const struct view *view = run->view;
  gid_t no_groups[1];
  if (view->has_namespaces) {
    // Refused in a namespace of one id, where there is none to keep.
    try_(run, SYS_setgroups, 0, run->tracee ? 0 : (long)no_groups);
    MUST(sandbox_step_credentials, SYS_setns, run->tracee ? parent_namespace_fd : view->program_namespace, CLONE_NEWUSER);
  }
  // After the user namespace, which gives a full bounding set. It needs CAP_SETPCAP.
  static int known;  // how many the kernel knows
  while (known < 64 && raw_(SYS_prctl, PR_CAPBSET_READ, known) >= 0) known++;
  for (int capability = 0; capability < known; capability++) {
    if (view->has_namespaces) MUST(sandbox_step_capabilities, SYS_prctl, PR_CAPBSET_DROP, capability);
    else if (try_(run, SYS_prctl, PR_CAPBSET_DROP, capability) < 0) break;
  }
  if (view->has_namespaces || view->drops_to_outside_id) {
    long id = view->has_namespaces ? inside_id : outside_id;
    if (!view->has_namespaces) MUST(sandbox_step_credentials, SYS_setgroups, 0, no_groups);
    MUST(sandbox_step_credentials, SYS_setresgid, id, id, id);
    MUST(sandbox_step_credentials, SYS_setresuid, id, id, id);
  }
  MUST(sandbox_step_capabilities, SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct nothing[2] = {{0, 0, 0}, {0, 0, 0}};
  MUST(sandbox_step_capabilities, SYS_capset, give(run, &header, sizeof header), give(run, nothing, sizeof nothing));
  return 0;
}

// Puts the filter over this process. Returns its listener, or -1.
static int enter_filter(struct run *run) {
  struct sock_fprog filter = run->view->filter;
  filter.filter = (void *)give(run, filter.filter, filter.len * sizeof *filter.filter);
  return (int)must_(run, sandbox_step_seccomp, SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                    give(run, &filter, sizeof filter));
}

// All that is done to a process before it may become the program. The filter comes last: from then on the worker
// hears of what is done. Returns the filter's listener, or -1 with the run's step and error set.
int set_up_program(struct run *run) {
  try_(run, SYS_setsid);
  // Others have the spawner's.
  int objects = run->tracee && run->view->has_fresh_ipc ? CLONE_NEWIPC : 0;
  if (run->view->has_namespaces) MUST(sandbox_step_namespaces, SYS_unshare, CLONE_NEWCGROUP | objects);
  if (set_limits(run) < 0 || drop_privileges(run) < 0) return -1;
  MUST(sandbox_step_mounts, SYS_chdir, give_text(run, run->workspace));
  if (enter_landlock(run) < 0) return -1;
  // The table is shared with the worker until exec: nothing is closed here, all is closed by exec. Not so where
  // there is no exec, which would also have made its memory its own again (PR_SET_DUMPABLE(2const)).
  MUST(sandbox_step_execute, SYS_close_range, 3, ~0u, run->tracee ? 0 : 4 /* CLOSE_RANGE_CLOEXEC */);
  if (!run->tracee) return enter_filter(run);
  MUST(sandbox_step_credentials, SYS_prctl, PR_SET_DUMPABLE, 1);
  if (limit_descriptors(run) < 0 || enter_filter(run) < 0) return -1;
  enum sandbox_step step;
  long listener = make_calls(run->tracee, &step);
  CHECK(step, listener);
  return (int)listener;
}

// Waits until the worker, which does what is left, answers this call; then this process is the program.
static _Noreturn void pass_gate(struct run *run) {
  if (limit_descriptors(run) < 0) leave(1);
  long opened = raw_(gate_call);
  if (opened < 0) fail(run, sandbox_step_spawn, opened), leave(1);
  fail(run, sandbox_step_execute, raw_(SYS_execve, run->executable, run->arguments, run->environment));
  leave(1);
}

static int be_program(void *argument) {
  struct run *run = argument;
  run->program = run->made;
  int listener = set_up_program(run);
  if (listener < 0) leave(1);
  run->listener = listener;
  raw_(SYS_futex, &run->listener, FUTEX_WAKE_PRIVATE, 1);
  pass_gate(run);
}

// A process that the spawner has made, which has all from it that is the same for every run.
static int be_spawned(void *argument) {
  struct space *space = argument;
  struct run *run = space->run;
  run->program = space->own.made;
  space->own.made = -1;
  raw_(SYS_setsid);
  if (set_limits(run) < 0) leave(1);
  long entered = raw_(SYS_chdir, run->workspace);
  // Not the spawner's: its rules are for folders, and those are new with each run.
  if (enter_landlock(run) < 0) leave(1);
  long closed = raw_(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */);
  if (entered < 0) fail(run, sandbox_step_mounts, entered), leave(1);
  if (closed < 0) fail(run, sandbox_step_execute, closed), leave(1);
  pass_gate(run);
}

// When the links of /proc were followed last is what one run could see of another, for they are there for all (lstat(2)).
static int is_followed(void) {
  static const char *const links[] = {"/proc/self", "/proc/thread-self"};
  for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
    struct stat link;
    if (raw_(SYS_newfstatat, AT_FDCWD, links[i], &link, AT_SYMLINK_NOFOLLOW) < 0 ||
        link.st_atim.tv_sec != link.st_mtim.tv_sec || link.st_atim.tv_nsec != link.st_mtim.tv_nsec)
      return 1;
  }
  return 0;
}

// What is in it is of this process's pid namespace. Init and the worker's time are none of a program's business
// (hidepid: processes of others are not there).
static long mount_processes(void) {
  const char *options = "subset=pid,hidepid=2";
  unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  long done = raw_(SYS_mount, "proc", "/proc", "proc", flags | MS_NOATIME, options);
  // A user namespace has to note times as the /proc does that is in view there.
  return done < 0 ? raw_(SYS_mount, "proc", "/proc", "proc", flags, options) : done;
}

// Returns the program's process, or -1.
static pid_t start_program(struct run *run) {
  pid_t program = clone(be_program, program_stack + sizeof program_stack,
                        CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PIDFD | SIGCHLD, run, &run->made);
  if (program < 0) return fail(run, sandbox_step_spawn, -EAGAIN);
  return run->step ? -1 : program;
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

static const uint64_t child_signal = 1ull << (SIGCHLD - 1), wake_signal = 1ull << (SIGUSR1 - 1);

static void reap_one(struct space *space, const struct rusage *usage) {
  int64_t microseconds = (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000ll + usage->ru_utime.tv_usec +
                         usage->ru_stime.tv_usec;
  space->orphans_cpu_microseconds += microseconds;
  if (usage->ru_maxrss > space->orphans_peak_kib) space->orphans_peak_kib = usage->ru_maxrss;
}

// By it the next process gets number 2 again (CONFIG_CHECKPOINT_RESTORE). It is in no /proc that a program sees.
static int open_last_number(void) {
  long context = raw_(430 /* fsopen */, "proc", 1 /* FSOPEN_CLOEXEC */);
  if (context < 0) return (int)context;
  long made = raw_(431 /* fsconfig */, context, 6 /* FSCONFIG_CMD_CREATE */, 0, 0, 0);
  long mounted = made < 0 ? made : raw_(432 /* fsmount */, context, 1 /* FSMOUNT_CLOEXEC */, 0xe /* nosuid, nodev, noexec */);
  raw_(SYS_close, context);
  if (mounted < 0) return (int)mounted;
  long file = raw_(SYS_openat, mounted, "sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
  raw_(SYS_close, mounted);
  return (int)file;
}

// Kills and reaps all processes of the namespace but this one. A signal to all of them (kill(2)) finds none missing: a
// process that has got it makes no more. Returns 0, or -1 where one is still there.
static int empty_namespace(struct space *space) {
  struct rusage usage;
  enum { most_tries = 2000, pause_nanoseconds = 500000 };
  int has_others = raw_(SYS_kill, -1, SIGKILL) != -ESRCH;
  for (long ended; (ended = raw_(SYS_wait4, -1, 0, __WALL, &usage)) > 0 || ended == -EINTR;)
    if (ended > 0) reap_one(space, &usage);
  // Those whose parent is outside are the worker's to reap.
  for (int tries = 0; has_others && raw_(SYS_kill, -1, 0) != -ESRCH; tries++) {
    long pause[2] = {0, pause_nanoseconds};
    if (tries == most_tries) return -1;
    raw_(SYS_nanosleep, pause, 0);
  }
  if (space->numbers_fd == -1) space->numbers_fd = open_last_number();
  return space->numbers_fd >= 0 && raw_(SYS_pwrite64, space->numbers_fd, "1", 1, 0) == 1 ? 0 : -1;
}

// Pid 1 of the sandbox: reaps what is orphaned to it, and between two runs empties the namespace and takes the workspace of the
// first down. Its end kills all.
int be_init(void *argument) {
  struct space *space = argument;
  struct rusage usage;
  uint64_t signals = child_signal | wake_signal;
  if (raw_(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL) < 0) fail(&space->own, sandbox_step_spawn, -EINVAL), leave(1);
  raw_(SYS_rt_sigprocmask, SIG_BLOCK, &signals, 0, sizeof signals);
  long done = mount_processes();
  if (done >= 0) done = raw_(SYS_openat, AT_FDCWD, "/proc/1/ns/pid", O_RDONLY | O_CLOEXEC);
  if (done < 0) fail(&space->own, sandbox_step_mounts, done), leave(1);
  space->own.processes_fd = (int)done;
  space->own.is_made = 1;
  raw_(SYS_futex, &space->own.is_made, FUTEX_WAKE_PRIVATE, 1);
  for (;;) {
    while (raw_(SYS_wait4, -1, 0, WNOHANG, &usage) > 0) reap_one(space, &usage);
    int asked = space->to_empty;
    if (asked == space->emptied && space->to_take_down != space->taken_down) {
      raw_(SYS_umount2, "/old/box", MNT_DETACH);
      space->taken_down = space->to_take_down;
      raw_(SYS_futex, &space->taken_down, FUTEX_WAKE_PRIVATE, 1);
      continue;
    }
    if (asked == space->emptied) {
      raw_(SYS_rt_sigtimedwait, &signals, 0, 0, sizeof signals);
      continue;
    }
    if (empty_namespace(space) < 0) leave(1);
    if (is_followed() && (raw_(SYS_umount2, "/proc", MNT_DETACH) < 0 || mount_processes() < 0)) leave(1);
    space->emptied = asked;
    raw_(SYS_futex, &space->emptied, FUTEX_WAKE_PRIVATE, 1);
  }
}

// The soft limits are a run's: this process has what none of them may be above.
static void raise_limits(void) {
  static const int all[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_STACK, RLIMIT_NPROC};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    struct rlimit most = {RLIM_INFINITY, RLIM_INFINITY};
    raw_(SYS_prlimit64, 0, all[i], &most, 0);  // only root may: others keep what they have
  }
}

static int set_up_spawner(struct space *space) {
  struct run *run = &space->own;
  MUST(sandbox_step_namespaces, SYS_setns, run->processes_fd, CLONE_NEWPID);
  MUST(sandbox_step_namespaces, SYS_unshare, CLONE_NEWCGROUP | (run->view->has_fresh_ipc ? CLONE_NEWIPC : 0));
  raise_limits();
  if (drop_privileges(run) < 0) return -1;
  // Not before: a change of credentials takes it back.
  MUST(sandbox_step_spawn, SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  return enter_filter(run);
}

// Makes the programs' processes, from within all layers that they are in but Landlock. It is in no program's pid namespace, so that
// none has a name for it, and its children are the worker's (CLONE_PARENT), which waits for them.
int be_spawner(void *argument) {
  struct space *space = argument;
  int listener = set_up_spawner(space);
  if (listener < 0) leave(1);
  space->own.listener = listener;
  raw_(SYS_futex, &space->own.listener, FUTEX_WAKE_PRIVATE, 1);
  for (;;) {
    int asked = space->to_spawn;
    if (asked == space->spawned) {
      raw_(SYS_futex, &space->to_spawn, FUTEX_WAIT_PRIVATE, asked, 0);
      continue;
    }
    struct run *run = space->run;
    pid_t process = clone(be_spawned, program_stack + sizeof program_stack,
                          CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PIDFD | CLONE_PARENT | SIGCHLD, space, &space->own.made);
    space->spawned = asked;
    // So that the worker, which waits for the program's call, hears of it.
    if (process < 0) fail(run, sandbox_step_spawn, -EAGAIN), raw_(gate_call);
    else if (space->own.made >= 0) run->program = space->own.made;  // it was killed before it could
    space->own.made = -1;
  }
}

// The same without namespaces. What outlives the program becomes the worker's child (PR_SET_CHILD_SUBREAPER),
// which kills it.
int be_starter(void *argument) {
  struct run *run = argument;
  if (raw_(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL) < 0) fail(run, sandbox_step_spawn, -EINVAL), leave(1);
  long entered = raw_(SYS_chdir, run->workspace);
  if (entered >= 0) entered = raw_(SYS_openat, AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (entered < 0) fail(run, sandbox_step_mounts, entered), leave(1);
  run->workspace_fd = (int)entered;
  run->drivers_fd = (int)raw_(SYS_openat, AT_FDCWD, run->drivers, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  pid_t program = start_program(run);
  if (program < 0) leave(1);
  wait_for(run, program);
  leave(0);
}
