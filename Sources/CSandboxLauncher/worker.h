// What the parts of a worker share. Nothing in here is seen by the caller.
#pragma once
#include <linux/filter.h>
#include <sched.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include "sandbox_launcher.h"

enum {
  // clone(2): the program may make none.
  namespace_flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                    CLONE_NEWCGROUP
};
// A parent of warm runs has its socket, the program's user namespace, and a socket for descriptors at these numbers.
enum { control_fd = 3, inside_id = 1000, outside_id = 65534, most_processes = 4096 };
enum { parent_socket_fd = 3, parent_namespace_fd = 4, parent_gift_fd = 5 };

// Where a run's processes are counted and bounded (cgroups(7)). The worker is in it, for moving a process
// into a version 1 cgroup costs about 50 us, and being born in one nothing.
struct cgroup {
  int version;  // 0: none
  int own_processes;  // the worker's, init and the spawner
  int error;    // why there is none
};

// What a worker keeps between runs.
struct view {
  int has_namespaces, is_initial, has_network, drops_to_outside_id, program_namespace, host_proc, null_device, empty_input, landlock_abi, landlock_error;
  int has_fresh_ipc;
  int root, devices;  // the folders / and /dev that a program sees, where it has a root of its own
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

// A system call that no policy allows and no kernel has: by it the program's process, which is under its filter
// by then, waits for the worker's answer before it becomes the program.
enum { gate_call = 0x3ffffff0 };
// An argument that landlock_restrict_self(2) does not have: with it the filter lets the call pass. It is made under the
// filter, before the gate, and to be asked of the worker costs as much as all else of it. A program that makes it so has no
// descriptor of rules to give, unless its policy lets it make some, and then it may.
enum { own_restriction = 0x3ffffff1 };

// One run. Init and, until its exec, the program's process share this memory. It is made ready first, up to
// the gate, with what `limits` and the two folders say; the rest is read behind the gate.
struct run {
  const struct view *view;
  struct sandbox_run_request limits;
  const char *workspace, *temporary, *drivers;
  uint64_t process_limit;  // RLIMIT_NPROC
  const char *volatile executable;
  const char **volatile arguments, **volatile environment;
  // Its process is forked from a parent, not started: see parent.c.
  int is_warm;
  // It was started before it was asked for, and its process is the program's interpreter by now.
  int is_ahead;
  const char *driver_bytes;  // its drivers with their names, while it is made ready
  size_t drivers_size;
  cpu_set_t processors;      // of a warm run: those that it may run on
  volatile int is_made;      // by init: what it makes
  struct tracee *tracee;     // while the process is set up from outside
  int given_rules;           // their descriptor there
  pid_t process;             // 0 before
  volatile int step, error;
  volatile int listener;  // of the filter; -1 before
  volatile int workspace_fd, drivers_fd, preference_fd, arguments_fd;  // -1 before
  // Of init: its pid namespace. And Landlock's rules.
  volatile int processes_fd, rules_fd;
  volatile int program;  // a pidfd; -1 before
  // Where clone(2) writes the number of that, before there is such a descriptor, and also where it then fails: so the process
  // itself makes it known.
  volatile int made;
  volatile int wait_status, has_wait_status;
  volatile int64_t child_cpu_microseconds, child_peak_kib;
};

// What a view has, and keeps between runs, for their processes: init, which is pid 1 of their pid namespace, and the
// spawner, which is in all layers that they are in, but not in that namespace. Both share this memory.
struct space {
  struct run own;  // of the spawner's: view, step, error, listener; of init's: processes_fd, is_made
  volatile int to_empty, emptied;  // how often init was asked to, and has
  volatile int numbers_fd;         // -1 before; less: it cannot be had
  volatile int64_t orphans_cpu_microseconds, orphans_peak_kib;  // of those that init has reaped
  volatile int to_take_down, taken_down;  // how often init was to take down a workspace that was put aside, and has
  volatile int to_spawn, spawned;  // how often the spawner was asked to, and has
  int is_used;      // whether a run's process was made in the namespace since it was empty
  int has_objects;  // whether that may have made objects of System V, where they are to be a run's own
  struct run *volatile run;
};

static inline void raise_to(int64_t *value, int64_t candidate) {
  if (candidate > *value) *value = candidate;
}

static inline void close_one(volatile int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

// Waits a millisecond at most, for who changes the word another way may have ended. (futex(2))
void wait_while(volatile int *word, int value);

// worker.c: keeps this process on the processor that it is on, `one`, and what it makes from now on. Returns whether it could;
// then `before` has those that it might be on before.
int stay_on_processor(cpu_set_t *one, cpu_set_t *before);

// space.c
// Makes all that a run needs but its process: starts what is missing, has init kill and reap what an earlier run has
// left, and sees to a workspace. Returns 0 where that failed, with the run's step and error set.
int prepare_space(struct run *run);
// Has the spawner make the run's process, which goes up to the gate.
void spawn(struct run *run);
// Takes note that a process is made in it by another.
void use_space(void);
// By what it is told from those before it, and its pid namespace.
unsigned space_number(void);
int space_processes(void);
// Whether a call under the filter is the spawner's.
int is_spawner(pid_t process);
// A pidfd by which the end of init is told.
int space_watch(void);
// Puts both processes into the list, and says how many they are.
int list_space(pid_t *processes);
// Kills and reaps all but them.
void empty_space(void);
// What they have used that nobody of the run's has waited for.
void add_orphans(struct run *run);
// Has the kernel kill all of it, which end_space waits for.
void kill_space(void);
void end_space(void);

// sockets.c
// Sockets are counted from now on: the network namespace is this process's own.
void watch_sockets(int proc);
// How many there are; -1 where they cannot be told from the host's.
int count_sockets(void);
// Waits until no more are left than are the worker's `own`, where no program's process is. Returns -1 where some stay.
int settle_sockets(int own);
// Leaves them behind. Whatever else is in that network namespace has to end first.
int renew_network(int proc);

// view.c. First what every view has: the cgroup and the namespaces, of the network too unless it is kept.
// Returns the step that failed, errno set.
enum sandbox_step prepare_view(int keeps_network, struct view *view);
// Then what was asked for. `prepared` is what the first part returned, errno still set.
enum sandbox_step make_view(enum sandbox_step prepared, const struct sandbox_view_request *request, struct view *view);

// files.c: puts the files into the workspace, those with an absolute path by their name into the folder of
// drivers, where they are not the program's own. Returns 0, or -1 with errno set.
int put_files(const struct run_file *files, size_t count, int workspace, int drivers, int owner);

// tracee.c: a process that is made to do what it would not do by itself.
struct tracee;
// From now on nothing there takes longer than that; 0: it may.
void limit_tracing(int seconds);
// Stops a process as soon as it waits in read(2) of `descriptor`. Returns NULL where it does not get there.
struct tracee *trace(int proc, pid_t process, int descriptor);
long call_in(struct tracee *tracee, long number, const long arguments[6]);
// Makes memory in a process that is traced for the first time, which all that it forks inherits: for what makes calls, and
// for what they read and write. Returns its address, or 0.
uint64_t make_area(struct tracee *tracee);
void use_area(struct tracee *tracee, uint64_t area);
// Copies bytes there. Returns their address, NULL where there is no room.
const void *copy_in(struct tracee *tracee, const void *bytes, size_t size);
// Puts a call on the list of those that are made together, up to one that fails and may not.
void list_call(struct tracee *tracee, enum sandbox_step step, int may_fail, long number, const long arguments[5]);
// Makes them. Returns the result of the last, or -errno with the step that failed.
long make_calls(struct tracee *tracee, enum sandbox_step *step);
// Has it receive the descriptors that wait at its socket `socket`. Returns 0, or -errno.
int receive_in(struct tracee *tracee, int socket, int *descriptors, int count);
// Has a traced process read a byte, by which it forks, and lets it go. What it forks becomes this process's child, and
// is the one that is traced, once it has stopped itself (SIGSTOP). Returns NULL where it does not get there; `child` is
// then to be killed, where it is not 0.
struct tracee *fork_in(int proc, struct tracee *tracee, pid_t *child);
// Lets it go: it makes this call, and takes its result for that of the call it has made last.
int release(struct tracee *tracee, long number);

// workspace.c: the run's file system, in this process's mount namespace, with Landlock's rules for it.
// Makes one, and gives the run its descriptors. Returns 0, or -1 with `step` and `error` set.
int make_workspace(struct run *run);
// Whether the one that there is may do for the run, if nothing was changed in it.
int may_hand_on_workspace(const struct run *run);
// Gives it to the run. Returns 0 where something was changed in it. Nobody may be left who could.
int hand_on_workspace(struct run *run);
// Whether it has drivers, and not these.
int has_other_drivers(const char *bytes, size_t size);
// Puts the run's drivers there, unless they are. Returns 0, or -1 with errno set.
int put_drivers(const struct run *run, const struct run_file *files, size_t count, const char *bytes, size_t size);
// Puts the program there, which is about to start. Returns 0, or -1 with errno set.
int put_program(const struct run *run, const struct run_file *files, size_t count, int owner);
// Takes note that somebody else has it.
void give_workspace_away(void);
// Moves one that holds little to /old/box, and takes another one down. Returns whether it is there now.
int move_workspace_aside(void);
void take_workspace_down(void);

// guest.c
// A descriptor of Landlock's rules for what is in view of this process, or -1 with `step` and `error` set.
int make_rules(struct run *run);
// All that is done to a process before it may become the program, itself or `run->tracee`. Returns the
// descriptor of its filter's listener, or -1 with `step` and `error` set.
int set_up_program(struct run *run);
// The bodies of processes that clone(2) makes with CLONE_VM and CLONE_FILES: of a space,
int be_init(void *space);
int be_spawner(void *space);
// and the same where there are no namespaces.
int be_starter(void *run);

// parent.c: the process that warm runs are forked from, at most one.
// Starts one and waits until it is ready, or is known to be broken: `file` or `pipe` and the command, and what it is
// recognized by.
void start_parent(const struct view *view, const char **words, const char **environment, const char *key,
                  size_t key_size);
// Whether there is one of that key that has not ended.
int has_parent(const char *key, size_t key_size);
// Makes a run of its own ready in the space that was prepared for it, up to the gate. Returns 0, or -1.
int fork_program(struct run *run);
// Waits for the end of what was forked.
void reap_program(struct run *run);
// Whether words of that size find room where the words of what is forked are to be seen (proc_pid_cmdline(5)).
int has_room_for(size_t words);
// Puts them there, where words of the size `before` are.
void show_words(const struct run *run, const char *words, size_t size, size_t before);
// What of a parent's memory is not the run's: of one that is forked, what it holds beyond a program that was started;
// of another one, all.
int64_t parent_memory_bytes(int is_warm);
// Whether the last one failed, and whether none is started any more.
int has_parent_failed(void);
int is_parent_given_up(void);
// The CPU time that the parent has used, which is none of a run's.
int64_t parent_cpu_microseconds(void);
// Processes and threads of the parent, 0 where there is none.
int is_any_parent(void);
pid_t parent_process(void);  // 0 where there is none
int parent_sockets(void);    // how many there are because of it
// Whether it has forked so often that another is to take its place.
int is_parent_old(void);
int count_parent(const struct view *view);
void end_parent(void);

struct account {
  int64_t cpu_microseconds, memory_bytes, processes;
  int64_t certain_bytes;  // of memory, however much of it processes have in common; of descendants only
};
// account.c
// A run is given these descriptors: the files in memory behind them are not its own.
void begin_account(const int *descriptors, size_t count);
// Adds up the descendants of this process, but for those that are `ours`, by the host's /proc, and `file_bytes`, which the
// run has in its file system; `exact` memory is dear.
struct account account_descendants(int proc, const pid_t *ours, int count, int exact, int64_t file_bytes);
// The same of a process and its descendants.
struct account account_process(int proc, pid_t process, int exact);
// Kills the descendants of this process, but for those that are `ours`.
void kill_programs(int proc, const pid_t *ours, int count);
// Kills and reaps every descendant of this process.
void kill_descendants(int proc);
// Processes and threads of the effective user on this host.
uint64_t count_own_processes(int proc);
int64_t now_microseconds(void);
// The CPU time of this thread.
int64_t own_cpu_microseconds(void);

// cgroup.c
struct cgroup make_cgroup(void);
// `others` are processes and threads in it that are not of the run. Returns 0, or -1 with errno set where the memory
// limit cannot be set.
int begin_cgroup_run(const struct cgroup *group, const struct sandbox_run_request *request, int others);
struct cgroup_account {
  int64_t cpu_microseconds, peak_memory_bytes, processes, memory_kills, forks_refused;
};
struct cgroup_account account_cgroup(const struct cgroup *group);
// Whether no process is left in it but the worker's own and those that are not of the run that began last.
int is_cgroup_empty(const struct cgroup *group);
// Takes the limits off where memory is nearly full, so that the worker itself can go on.
void end_cgroup_run(const struct cgroup *group);
void remove_cgroup(const struct cgroup *group);
// Whether the kernel is to choose this process at a memory limit, and what it makes meanwhile.
void offer_to_oom(const struct cgroup *group, int is_offered);

// What a process is from now on whose descriptor 3 is a worker's end of its control socket. `allowed`: the processors that programs
// may use; NULL: those of this process.
_Noreturn void be_worker(int keeps_network, const cpu_set_t *allowed);
