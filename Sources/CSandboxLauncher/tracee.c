// A process that is made to do calls (ptrace(2)). It has stopped in or after a call of its own, so nothing is half done:
// its registers are kept, a call is one step over the instruction by which it made its own, and in the end it goes on
// with that one.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

#if defined(__x86_64__)

// What is put into a process once, at the start of the area: makes the calls of a list, which ends with one that fails
// or by its count, with one change of process for all of them.
extern const unsigned char call_list[], call_list_end[];
__asm__(
    ".pushsection .rodata\n"
    "call_list:\n"
    "1: mov (%rbx), %rax\n"
    "mov 8(%rbx), %rdi\n"
    "mov 16(%rbx), %rsi\n"
    "mov 24(%rbx), %rdx\n"
    "mov 32(%rbx), %r10\n"
    "mov 40(%rbx), %r8\n"
    "xor %r9d, %r9d\n"
    "syscall\n"
    "test %rax, %rax\n"
    "jns 2f\n"
    "cmpq $0, 48(%rbx)\n"
    "je 3f\n"
    "2: add $56, %rbx\n"
    "dec %r12\n"
    "jnz 1b\n"
    "3: int3\n"
    "call_list_end:\n"
    ".popsection\n");

struct listed_call {
  int64_t number, arguments[5], may_fail;
};
enum {
  code_size = 4096,
  most_calls = 120,
  list_size = most_calls * sizeof(struct listed_call),
  data_size = 96 * 1024,
  area_size = code_size + list_size + data_size,
  most_tries = 2000,
  most_stops = 400,
  restart = 512 /* ERESTARTSYS, which no program sees */
};

static struct tracee {
  pid_t process;
  int memory, count;
  struct user_regs_struct registers;
  uint64_t area, used, sent;  // of what is copied in, all and what is there already
  struct listed_call calls[most_calls];
  enum sandbox_step steps[most_calls];
} only = {.memory = -1};  // one at a time
static unsigned char data[data_size];

// What is waited for comes soon, or never: `limit_tracing` says when that is.
static volatile sig_atomic_t is_too_late;
static void be_too_late(int signal) {
  (void)signal;
  is_too_late = 1;
}

void limit_tracing(int seconds) {
  struct sigaction action = {.sa_handler = seconds ? be_too_late : SIG_DFL};
  struct itimerval timer = {{0, 1000}, {seconds, 0}};  // again and again: one can come before it is waited
  if (!seconds) timer.it_interval.tv_usec = 0;
  is_too_late = 0;
  if (seconds) sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &timer, NULL);
  if (!seconds) sigaction(SIGALRM, &action, NULL);
}

static int wait_for_stop(pid_t process, int *status) {
  while (waitpid(process, status, __WALL) < 0)
    if (errno != EINTR || is_too_late) return -1;
  return WIFSTOPPED(*status) ? 0 : -1;
}

static void detach(void) {
  ptrace(PTRACE_DETACH, only.process, 0, 0);
  if (only.memory >= 0) close(only.memory);
  only.memory = -1;
}

// Opens the memory of a process that has stopped, if what it did last was a system call.
static int open_memory(int proc) {
  char path[32];
  unsigned char instruction[2];
  snprintf(path, sizeof path, "%d/mem", only.process);
  only.memory = openat(proc, path, O_RDWR | O_CLOEXEC);
  return only.memory >= 0 && pread(only.memory, instruction, 2, (off_t)only.registers.rip - 2) == 2 &&
                 instruction[0] == 0x0f && instruction[1] == 0x05
             ? 0
             : -1;
}

struct tracee *trace(int proc, pid_t process, int descriptor) {
  if (only.memory >= 0) close(only.memory);  // of one that was not released
  only = (struct tracee){.process = process, .memory = -1};
  int options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE;
  if (ptrace(PTRACE_SEIZE, process, 0, options) < 0) return NULL;
  for (int tries = 0; tries < most_tries; tries++) {
    int status;
    if (ptrace(PTRACE_INTERRUPT, process, 0, 0) < 0 || wait_for_stop(process, &status) < 0) break;
    if (ptrace(PTRACE_GETREGS, process, 0, &only.registers) < 0) break;
    if (only.registers.orig_rax == SYS_read && (int)only.registers.rdi == descriptor &&
        (long)only.registers.rax == -restart) {
      if (open_memory(proc) == 0) return &only;
      break;
    }
    int signal = status >> 16 ? 0 : WSTOPSIG(status);
    if (ptrace(PTRACE_CONT, process, 0, signal) < 0) break;
    usleep(20);
  }
  detach();
  return NULL;
}

long call_in(struct tracee *tracee, long number, const long arguments[6]) {
  struct user_regs_struct now = tracee->registers;
  now.rip -= 2;
  now.orig_rax = ~0ull;  // it is in no call that could be begun again
  now.rax = (unsigned long long)number;
  now.rdi = (unsigned long long)arguments[0], now.rsi = (unsigned long long)arguments[1];
  now.rdx = (unsigned long long)arguments[2], now.r10 = (unsigned long long)arguments[3];
  now.r8 = (unsigned long long)arguments[4], now.r9 = (unsigned long long)arguments[5];
  int status;
  if (ptrace(PTRACE_SETREGS, tracee->process, 0, &now) < 0 || ptrace(PTRACE_SINGLESTEP, tracee->process, 0, 0) < 0 ||
      wait_for_stop(tracee->process, &status) < 0 || WSTOPSIG(status) != SIGTRAP ||
      ptrace(PTRACE_GETREGS, tracee->process, 0, &now) < 0 || now.rip != tracee->registers.rip)
    return -ESRCH;
  return (long)now.rax;
}

uint64_t make_area(struct tracee *tracee) {
  long made =
      call_in(tracee, SYS_mmap, (long[6]){0, area_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0});
  size_t size = (size_t)(call_list_end - call_list);
  if (made < 0 || pwrite(tracee->memory, call_list, size, made) != (ssize_t)size ||
      call_in(tracee, SYS_mprotect, (long[6]){made, code_size, PROT_READ | PROT_EXEC}) < 0)
    return 0;
  return (uint64_t)made;
}

void use_area(struct tracee *tracee, uint64_t area) {
  tracee->area = area;
  tracee->used = tracee->sent = 0;
  tracee->count = 0;
}

static uint64_t list_of(const struct tracee *tracee) { return tracee->area + code_size; }
static uint64_t data_of(const struct tracee *tracee) { return tracee->area + code_size + list_size; }

const void *copy_in(struct tracee *tracee, const void *bytes, size_t size) {
  size_t whole = (size + 15) / 16 * 16;
  if (whole > data_size - tracee->used) return NULL;
  memcpy(data + tracee->used, bytes, size);
  tracee->used += whole;
  return (const void *)(uintptr_t)(data_of(tracee) + tracee->used - whole);
}

// Puts the list and what was copied in since where it is read there.
static int send_in(struct tracee *tracee) {
  size_t listed = (size_t)tracee->count * sizeof(struct listed_call), copied = tracee->used - tracee->sent;
  struct iovec mine[2] = {{tracee->calls, listed}, {data + tracee->sent, copied}};
  struct iovec theirs[2] = {
      {(void *)(uintptr_t)list_of(tracee), listed}, {(void *)(uintptr_t)(data_of(tracee) + tracee->sent), copied}};
  if (process_vm_writev(tracee->process, mine, 2, theirs, 2, 0) != (ssize_t)(listed + copied)) return -1;
  tracee->sent = tracee->used;
  return 0;
}

void list_call(struct tracee *tracee, enum sandbox_step step, int may_fail, long number, const long arguments[5]) {
  if (tracee->count == most_calls) return;  // found by make_calls
  struct listed_call *call = &tracee->calls[tracee->count];
  *call = (struct listed_call){.number = number, .may_fail = may_fail};
  for (int i = 0; i < 5; i++) call->arguments[i] = arguments[i];
  tracee->steps[tracee->count++] = step;
}

long make_calls(struct tracee *tracee, enum sandbox_step *step) {
  *step = sandbox_step_spawn;
  int first = 0;
  while (tracee->count && tracee->count < most_calls) {
    uint64_t list = list_of(tracee);
    struct user_regs_struct now = tracee->registers;
    now.rip = tracee->area;
    now.rbx = list + (uint64_t)first * sizeof(struct listed_call);
    now.r12 = (uint64_t)(tracee->count - first);
    now.orig_rax = ~0ull;
    int status;
    if (send_in(tracee) < 0 || ptrace(PTRACE_SETREGS, tracee->process, 0, &now) < 0 ||
        ptrace(PTRACE_CONT, tracee->process, 0, 0) < 0 || wait_for_stop(tracee->process, &status) < 0 ||
        status >> 8 != SIGTRAP || ptrace(PTRACE_GETREGS, tracee->process, 0, &now) < 0)
      return -ESRCH;
    // Of the call that was the last, or failed.
    long result = (long)now.rax;
    int last = (int)((now.rbx - list) / sizeof(struct listed_call));
    if (last >= tracee->count) {
      tracee->count = 0;
      return result;
    }
    struct listed_call *failed = &tracee->calls[last];
    *step = tracee->steps[last];
    // The host's own hard limit is lower, and may not be raised: keep that. Once, for then it can be met.
    struct rlimit asked, host;
    uint64_t place = (uint64_t)failed->arguments[2] - data_of(tracee);
    if (failed->number != SYS_prlimit64 || result != -EPERM || last < first ||
        syscall(SYS_prlimit64, 0, failed->arguments[1], NULL, &host) < 0 || place > tracee->used - sizeof asked)
      return result;
    memcpy(&asked, data + place, sizeof asked);
    if (asked.rlim_max <= host.rlim_max) return result;
    asked.rlim_max = host.rlim_max;
    if (asked.rlim_cur > host.rlim_max) asked.rlim_cur = host.rlim_max;
    memcpy(data + place, &asked, sizeof asked);
    tracee->sent = 0;
    first = last;
  }
  return -ENOSPC;
}

int receive_in(struct tracee *tracee, int socket, int *descriptors, int count) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(4 * sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  char byte = 0;
  struct iovec part = {(void *)copy_in(tracee, &byte, 1), 1};
  const void *place = copy_in(tracee, &control, sizeof control);
  struct msghdr header = {
      .msg_iov = (void *)copy_in(tracee, &part, sizeof part), .msg_iovlen = 1, .msg_control = (void *)place,
      .msg_controllen = sizeof control};
  const void *message = copy_in(tracee, &header, sizeof header);
  if (!message || send_in(tracee) < 0) return -EFAULT;
  long length = call_in(tracee, SYS_recvmsg, (long[6]){socket, (long)message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC});
  if (length < 0) return (int)length;
  if (pread(tracee->memory, &control, sizeof control, (off_t)(uintptr_t)place) != sizeof control ||
      control.header.cmsg_type != SCM_RIGHTS || control.header.cmsg_len != CMSG_LEN((size_t)count * sizeof(int)))
    return -EBADMSG;
  memcpy(descriptors, CMSG_DATA(&control.header), (size_t)count * sizeof(int));
  return 0;
}

// Waits for what was forked to stop itself: its first stop is that of who is traced from birth.
static struct tracee *trace_child(int proc, pid_t child) {
  only = (struct tracee){.process = child, .memory = -1};
  for (int stops = 0, signal = 0; stops < most_stops; stops++) {
    int status;
    if (stops && ptrace(PTRACE_CONT, child, 0, signal) < 0) break;
    if (wait_for_stop(child, &status) < 0) break;
    signal = status >> 16 ? 0 : WSTOPSIG(status);
    if (signal != SIGSTOP) continue;
    if (ptrace(PTRACE_GETREGS, child, 0, &only.registers) < 0 || open_memory(proc) < 0) break;
    return &only;
  }
  return NULL;
}

struct tracee *fork_in(int proc, struct tracee *tracee, pid_t *child) {
  struct user_regs_struct now = tracee->registers;
  unsigned long forked = 0;
  now.rax = 1, now.orig_rax = ~0ull;
  *child = 0;
  if (pwrite(tracee->memory, "f", 1, (off_t)now.rsi) != 1 || ptrace(PTRACE_SETREGS, tracee->process, 0, &now) < 0)
    return detach(), NULL;
  for (int stops = 0, signal = 0; stops < most_stops; stops++) {
    int status;
    if (ptrace(PTRACE_SYSCALL, tracee->process, 0, signal) < 0 || wait_for_stop(tracee->process, &status) < 0) break;
    signal = 0;
    int event = status >> 16;
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_CLONE) {
      if (ptrace(PTRACE_GETEVENTMSG, tracee->process, 0, &forked) < 0) break;
      *child = (pid_t)forked;
    }
    if (event) continue;
    if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
      signal = WSTOPSIG(status);
      continue;
    }
    if (ptrace(PTRACE_GETREGS, tracee->process, 0, &now) < 0) break;
    if (!*child) {
      if ((long)now.rax != -ENOSYS) continue;
      if (now.orig_rax == SYS_fork) now.orig_rax = SYS_clone, now.rdi = SIGCHLD, now.rsi = 0;
      if (now.orig_rax != SYS_clone) continue;
      now.rdi |= CLONE_PARENT;
    } else {
      now.rax = 1;  // it need not know what it has forked
    }
    if (ptrace(PTRACE_SETREGS, tracee->process, 0, &now) < 0) break;
    if (*child) {
      detach();
      return trace_child(proc, *child);
    }
  }
  detach();
  return NULL;
}

int release(struct tracee *tracee, long number) {
  struct user_regs_struct last = tracee->registers;
  last.rip -= 2;
  last.orig_rax = ~0ull;
  last.rax = (unsigned long long)number;
  int failed = ptrace(PTRACE_SETREGS, tracee->process, 0, &last) < 0;
  detach();
  return failed ? -1 : 0;
}

#else

// The registers of no other architecture are known here: there every start is cold.
void limit_tracing(int seconds) { (void)seconds; }
struct tracee *trace(int proc, pid_t process, int descriptor) {
  (void)proc, (void)process, (void)descriptor;
  return NULL;
}
long call_in(struct tracee *tracee, long number, const long arguments[6]) {
  (void)tracee, (void)number, (void)arguments;
  return -ENOSYS;
}
uint64_t make_area(struct tracee *tracee) {
  (void)tracee;
  return 0;
}
void use_area(struct tracee *tracee, uint64_t area) { (void)tracee, (void)area; }
const void *copy_in(struct tracee *tracee, const void *bytes, size_t size) {
  (void)tracee, (void)bytes, (void)size;
  return NULL;
}
void list_call(struct tracee *tracee, enum sandbox_step step, int may_fail, long number, const long arguments[5]) {
  (void)tracee, (void)step, (void)may_fail, (void)number, (void)arguments;
}
long make_calls(struct tracee *tracee, enum sandbox_step *step) {
  (void)tracee, (void)step;
  return -ENOSYS;
}
int receive_in(struct tracee *tracee, int socket, int *descriptors, int count) {
  (void)tracee, (void)socket, (void)descriptors, (void)count;
  return -ENOSYS;
}
struct tracee *fork_in(int proc, struct tracee *tracee, pid_t *child) {
  (void)proc, (void)tracee, (void)child;
  return NULL;
}
int release(struct tracee *tracee, long number) {
  (void)tracee, (void)number;
  return -1;
}

#endif
