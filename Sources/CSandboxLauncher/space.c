// The processes and mounts that a view keeps for its runs. The worker's side of it; what those processes do is in
// guest.c.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

static struct space space;
static unsigned number;  // how many there were
static pid_t init, spawner;  // 0: there is none
static int init_watch = -1, spawner_watch = -1;
static uint8_t init_stack[64 * 1024] __attribute__((aligned(16)));
static uint8_t spawner_stack[64 * 1024] __attribute__((aligned(16)));

void wait_while(volatile int *word, int value) {
  struct timespec pause = {0, 1000000};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &pause, NULL, 0);
}

static int has_ended(int watch) {
  struct pollfd ended = {watch, POLLIN, 0};
  return watch < 0 || poll(&ended, 1, 0) > 0;
}

int is_spawner(pid_t process) { return spawner > 0 && process == spawner; }

int space_watch(void) { return init_watch; }

static pid_t start(int (*body)(void *), uint8_t *stack, int flags, int *watch) {
  int made = -1;
  pid_t process = clone(body, stack + sizeof init_stack, CLONE_VM | CLONE_FILES | CLONE_PIDFD | SIGCHLD | flags, &space, &made);
  *watch = process < 0 ? -1 : made;  // the number is written before it can fail
  return process;
}

static int failed(struct run *run, enum sandbox_step step, int error) {
  run->step = space.own.step ? space.own.step : (int)step;
  run->error = space.own.step ? space.own.error : error;
  end_space();
  return 0;
}

// What init and the spawner do is waited for, and to have another process go on takes two microseconds on one processor, and
// twenty where it is on another that is idle. So both are on that of this process meanwhile: the spawner for good, for no program
// sees it, and what it makes is given all processors; init until a program can see it again.
static int gathered = -1;  // where the spawner is

static void gather(void) {
  cpu_set_t one;
  int processor = sched_getcpu();
  if (processor < 0 || processor >= CPU_SETSIZE) return;
  CPU_ZERO(&one);
  CPU_SET(processor, &one);
  sched_setaffinity(init, sizeof one, &one);
  if (processor != gathered && sched_setaffinity(spawner, sizeof one, &one) == 0) gathered = processor;
}

static void let_init_go(void) {
  cpu_set_t own;
  if (sched_getaffinity(0, sizeof own, &own) == 0) sched_setaffinity(init, sizeof own, &own);
}

static int begin_space(struct run *run) {
  struct pollfd ended[2] = {{init_watch, POLLIN, 0}, {spawner_watch, POLLIN, 0}};
  if (init > 0 && spawner > 0 && poll(ended, 2, 0) == 0) return 1;
  end_space();
  memset(&space, 0, sizeof space);
  space.numbers_fd = -1;
  space.own = (struct run){.view = run->view, .workspace = run->workspace, .temporary = run->temporary, .drivers = run->drivers,
                           .listener = -1, .workspace_fd = -1, .drivers_fd = -1, .processes_fd = -1, .rules_fd = -1,
                           .preference_fd = -1, .arguments_fd = -1, .program = -1, .made = -1};
  number++;
  init = start(be_init, init_stack, CLONE_NEWPID, &init_watch);
  if (init < 0) return failed(run, sandbox_step_namespaces, errno);
  while (!space.own.is_made) {
    if (has_ended(init_watch)) return failed(run, sandbox_step_mounts, ECHILD);
    wait_while(&space.own.is_made, 0);
  }
  gathered = -1;
  spawner = start(be_spawner, spawner_stack, 0, &spawner_watch);
  if (spawner < 0) return failed(run, sandbox_step_spawn, errno);
  while (space.own.listener < 0) {
    if (has_ended(spawner_watch)) return failed(run, sandbox_step_spawn, ECHILD);
    wait_while(&space.own.listener, -1);
    // It tells of its listener by futex(2): if the policy does not allow that, the listener is there by now.
  }
  return 1;
}

static void wake_init(void) { syscall(SYS_pidfd_send_signal, init_watch, SIGUSR1, NULL, 0); }

// Reaps what is this process's child and neither of the two: a program may make its parent's children
// (CLONE_PARENT).
static void reap_strangers(void) {
  for (pid_t ended; (ended = waitpid(-1, NULL, WNOHANG | __WALL)) > 0;) {
    if (ended == init) init = 0;
    if (ended == spawner) spawner = 0;
  }
}

static int wait_until_empty(void) {
  while (space.emptied != space.to_empty) {
    if (has_ended(init_watch)) {
      end_space();
      return -1;
    }
    wait_while(&space.emptied, space.to_empty - 1);
    if (space.emptied != space.to_empty) reap_strangers();
  }
  return 0;
}

void empty_space(void) {
  space.to_empty++;
  wake_init();
  wait_until_empty();
}

// For init to take down, which is not waited for: the kernel waits for a grace period of RCU meanwhile (namespace_unlock).
// What there is much in goes at once, for until then it counts as the next run's memory. Returns whether there is one.
static int put_workspace_aside(void) {
  while (space.taken_down != space.to_take_down && !has_ended(init_watch))
    wait_while(&space.taken_down, space.to_take_down - 1);
  if (!move_workspace_aside()) return 0;
  space.to_take_down++;
  return 1;
}

int prepare_space(struct run *run) {
  // Objects of System V outlive who made them, and end with their namespace.
  if (space.has_objects) end_space();
  for (;;) {
    if (!begin_space(run)) return 0;
    int is_used = space.is_used, is_handed_on = may_hand_on_workspace(run);
    gather();
    if (is_used) space.to_empty++;
    if (is_handed_on) {
      if (is_used) wake_init();
      // First, so that nobody is left who could change something: a cgroup tells that too, but counts what is not the run's.
      if (wait_until_empty() < 0) continue;
      is_handed_on = hand_on_workspace(run);
    }
    if (!is_handed_on) {
      if (put_workspace_aside() || is_used) wake_init();
      if (make_workspace(run) < 0) return 0;
    }
    if (wait_until_empty() == 0) break;
    close_one(&run->workspace_fd), close_one(&run->drivers_fd), close_one(&run->rules_fd);
  }
  let_init_go();
  space.is_used = 0;
  space.orphans_cpu_microseconds = space.orphans_peak_kib = 0;
  return 1;
}

void use_space(void) { space.is_used = 1; }

unsigned space_number(void) { return number; }

int space_processes(void) { return space.own.processes_fd; }

void spawn(struct run *run) {
  run->listener = space.own.listener;
  space.run = run;
  use_space();
  space.has_objects = run->view->has_fresh_ipc;
  space.to_spawn++;
  syscall(SYS_futex, &space.to_spawn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void add_orphans(struct run *run) {
  run->child_cpu_microseconds += space.orphans_cpu_microseconds;
  if (space.orphans_peak_kib > run->child_peak_kib) run->child_peak_kib = space.orphans_peak_kib;
}

int list_space(pid_t *processes) {
  processes[0] = init, processes[1] = spawner;
  return 2;
}

void kill_space(void) {
  if (init > 0) syscall(SYS_pidfd_send_signal, init_watch, SIGKILL, NULL, 0);
}

void end_space(void) {
  int has_mounts = space.own.is_made;
  kill_space();
  if (spawner > 0) syscall(SYS_pidfd_send_signal, spawner_watch, SIGKILL, NULL, 0);
  // Init waits until all others of its namespace are reaped, some of which are this process's children.
  while (init > 0) {
    pid_t ended = waitpid(-1, NULL, __WALL);
    if (ended == spawner) spawner = 0;
    if (ended == init || (ended < 0 && errno != EINTR)) init = 0;
  }
  while (spawner > 0 && waitpid(spawner, NULL, __WALL) < 0 && errno == EINTR) {
  }
  init = spawner = 0;
  close_one(&init_watch), close_one(&spawner_watch);
  if (!has_mounts) return;
  space.own.is_made = 0;
  while (space.taken_down != space.to_take_down && umount2("/old/box", MNT_DETACH) == 0) {
  }
  close_one(&space.own.processes_fd), close_one(&space.own.listener), close_one(&space.numbers_fd);
  take_workspace_down();
  umount2("/proc", MNT_DETACH);
  space.spawned = space.to_spawn = space.is_used = space.has_objects = space.taken_down = space.to_take_down = 0;
}
