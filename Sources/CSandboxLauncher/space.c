// The processes and mounts that a view keeps for its cold runs. The worker's side of it; what those processes do is in
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
static pid_t init, spawner;  // 0: there is none
static int init_watch = -1, spawner_watch = -1, has_workspace;
static uint8_t init_stack[64 * 1024] __attribute__((aligned(16)));
static uint8_t spawner_stack[64 * 1024] __attribute__((aligned(16)));

static void close_one(volatile int *descriptor) {
  if (*descriptor >= 0) close(*descriptor);
  *descriptor = -1;
}

// Waits a millisecond at most, for who makes the word another may have ended.
static void wait_while(volatile int *word, int value) {
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
  return clone(body, stack + sizeof init_stack, CLONE_VM | CLONE_FILES | CLONE_PIDFD | SIGCHLD | flags, &space, watch);
}

static int failed(struct run *run, enum sandbox_step step, int error) {
  run->step = space.own.step ? space.own.step : (int)step;
  run->error = space.own.step ? space.own.error : error;
  end_space();
  return 0;
}

static int begin_space(struct run *run) {
  if (init > 0 && spawner > 0 && !has_ended(init_watch) && !has_ended(spawner_watch)) return 1;
  end_space();
  memset(&space, 0, sizeof space);
  space.numbers_fd = -1;
  space.own = (struct run){.view = run->view, .workspace = run->workspace, .temporary = run->temporary, .drivers = run->drivers,
                           .listener = -1, .workspace_fd = -1, .drivers_fd = -1, .mounts_fd = -1, .processes_fd = -1,
                           .objects_fd = -1, .rules_fd = -1, .preference_fd = -1,
                           .program = -1};
  init = start(be_init, init_stack, CLONE_NEWPID, &init_watch);
  if (init < 0) return failed(run, sandbox_step_namespaces, errno);
  while (!space.own.is_made) {
    if (has_ended(init_watch)) return failed(run, sandbox_step_mounts, ECHILD);
    wait_while(&space.own.is_made, 0);
  }
  spawner = start(be_spawner, spawner_stack, 0, &spawner_watch);
  if (spawner < 0) return failed(run, sandbox_step_spawn, errno);
  while (space.own.listener < 0) {
    if (has_ended(spawner_watch)) return failed(run, sandbox_step_spawn, ECHILD);
    wait_while(&space.own.listener, -1);
    // It tells of its listener by futex(2): if the policy does not allow that, the listener is there by now.
  }
  return 1;
}

static void ask_to_empty(void) {
  space.to_empty++;
  syscall(SYS_pidfd_send_signal, init_watch, SIGUSR1, NULL, 0);
}

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
    int emptied = space.emptied;
    if (emptied != space.to_empty) wait_while(&space.emptied, emptied);
    if (space.emptied != space.to_empty) reap_strangers();
  }
  return 0;
}

void empty_space(void) {
  ask_to_empty();
  wait_until_empty();
}

int prepare_space(struct run *run) {
  // Objects of System V outlive who made them, and end with their namespace.
  if (space.to_spawn != space.clean && run->view->has_fresh_ipc) end_space();
  for (;;) {
    if (!begin_space(run)) return 0;
    int is_used = space.to_spawn != space.clean;
    if (is_used) ask_to_empty();
    take_workspace_down();
    has_workspace = 1;
    if (make_workspace(run) < 0 || (run->view->landlock_abi > 0 && (run->rules_fd = make_rules(run)) < 0)) return 0;
    if (!is_used || wait_until_empty() == 0) break;
    close_one(&run->workspace_fd), close_one(&run->drivers_fd), close_one(&run->rules_fd);
  }
  space.clean = space.to_spawn;
  space.orphans_cpu_microseconds = space.orphans_peak_kib = 0;
  return 1;
}

void spawn(struct run *run) {
  run->listener = space.own.listener;
  space.run = run;
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

void take_workspace_down(void) {
  if (!has_workspace) return;
  has_workspace = 0;
  // Each time the kernel waits for a grace period of RCU: so one is moved into the other, and goes with it.
  const char *places[] = {"/workspace", "/tmp"}, *folders[] = {"/box/workspace", "/box/tmp"};
  for (int i = 0; i < 2; i++)
    if (mount(places[i], folders[i], NULL, MS_MOVE, NULL) < 0) umount2(places[i], MNT_DETACH);
  umount2("/box", MNT_DETACH);
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
  close_one(&space.own.processes_fd), close_one(&space.own.listener), close_one(&space.numbers_fd);
  take_workspace_down();
  umount2("/proc", MNT_DETACH);
  space.spawned = space.to_spawn = space.clean = 0;
}
