// What the parts of a worker share. Nothing in here is seen by the caller.
#pragma once
#include <linux/filter.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/types.h>

#include "sandbox_launcher.h"

// `reserved_fd` is taken but when a filter is made: so its listener has a number below any RLIMIT_NOFILE.
enum {
  // clone(2): the program may make none.
  namespace_flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                    CLONE_NEWCGROUP
};
enum { control_fd = 3, reserved_fd = 4, inside_id = 1000, outside_id = 65534, most_processes = 4096 };

// Where a run's processes are counted and bounded (cgroups(7)). The worker is in it, for moving a process
// into a version 1 cgroup costs about 50 us, and being born in one nothing.
struct cgroup {
  int version;  // 0: none
  int error;    // why there is none
};

// What a worker keeps between runs.
struct view {
  int has_namespaces, is_initial, has_network, drops_to_outside_id, program_namespace, host_proc, null_device, landlock_abi;
  long clone_flags;
  uint32_t unlisted_errno, only_threads;
  const char **readable;
  struct sock_fprog filter;
  struct cgroup cgroup;
  uint8_t refused[128], fatal[128], recorded[128];  // bit sets of system call numbers
};

struct run_file {
  const char *path, *bytes;
  int64_t length;
  int descriptor;  // -1: `bytes`
};

// One run. Init and, until its exec, the program's process share this memory.
struct run {
  const struct view *view;
  struct sandbox_run_request request;
  const char *body;  // mapped; NULL where all came in the message
  const char *executable, *workspace, *temporary;
  uint64_t process_limit;  // RLIMIT_NPROC
  const char **arguments, **environment;
  struct run_file *files;
  int streams[3];
  int record;  // -1: nothing is recorded
  volatile int step, error;
  volatile int listener;   // of the filter; -1 before
  volatile int workspace_fd, mounts_fd;  // -1 before
  volatile int wait_status, has_wait_status;
  volatile int64_t start, child_cpu_microseconds, child_peak_kib;
};

// view.c. First what every view has: the cgroup and the namespaces, of the network too unless it is kept.
// Returns the step that failed, errno set.
enum sandbox_step prepare_view(int keeps_network, struct view *view);
// Then what was asked for. `prepared` is what the first part returned, errno still set.
enum sandbox_step make_view(enum sandbox_step prepared, const struct sandbox_view_request *request, struct view *view);

// guest.c: the body of init, for clone(2) with CLONE_VM and CLONE_FILES.
int be_init(void *run);
// The same where there are no namespaces.
int be_starter(void *run);

struct account {
  int64_t cpu_microseconds, memory_bytes, processes;
};
// account.c: adds up the descendants of `root`, without itself, by the host's /proc; `exact` memory is dear.
struct account account_tree(int proc, pid_t root, int exact);
// Kills and reaps every descendant of this process.
void kill_descendants(int proc);
// Processes and threads of the effective user on this host.
uint64_t count_own_processes(int proc);
int64_t now_microseconds(void);

// cgroup.c
struct cgroup make_cgroup(void);
void begin_cgroup_run(const struct cgroup *group, const struct sandbox_run_request *request);
struct cgroup_account {
  int64_t cpu_microseconds, peak_memory_bytes, processes, memory_kills, forks_refused;
};
struct cgroup_account account_cgroup(const struct cgroup *group);
// Takes the limits off where memory is nearly full, so that the worker itself can go on.
void end_cgroup_run(const struct cgroup *group);
void remove_cgroup(const struct cgroup *group);
