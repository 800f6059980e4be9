// A worker: the caller's own executable, started again under the name below. A constructor takes over
// before the caller's main, so this process has one thread and none of the caller's memory. It makes one
// view, then executes one run after the other in it, until its control socket ends.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

#if defined(__x86_64__)
enum { native_architecture = AUDIT_ARCH_X86_64, foreign_bit = 0x40000000 /* x32 */ };
#elif defined(__aarch64__)
enum { native_architecture = AUDIT_ARCH_AARCH64, foreign_bit = 0 };
#endif

static struct view view;
static struct run run;
static struct sandbox_report report;
static uint8_t init_stack[64 * 1024] __attribute__((aligned(16)));
static union {
  char bytes[256 * 1024];
  struct sandbox_view_request view;
  struct sandbox_run_request run;
} message;
static int descriptors[253];
static size_t descriptor_count;

// Waits for one message; returns its length, 0 at the end of the conversation.
static size_t receive(void) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof descriptors)];
  } control;
  for (;;) {
    struct iovec part = {message.bytes, sizeof message.bytes};
    struct msghdr header = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(control_fd, &header, MSG_CMSG_CLOEXEC);
    if (length < 0 && errno == EINTR) continue;
    descriptor_count = 0;
    struct cmsghdr *rights = length > 0 ? CMSG_FIRSTHDR(&header) : NULL;
    if (rights && rights->cmsg_type == SCM_RIGHTS) {
      descriptor_count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      memcpy(descriptors, CMSG_DATA(rights), descriptor_count * sizeof(int));
    }
    return length > 0 ? (size_t)length : 0;
  }
}

static const char **strings(const char **cursor, uint32_t count) {
  const char **list = calloc(count + 1, sizeof *list);
  for (uint32_t i = 0; list && i < count; i++) list[i] = *cursor, *cursor += strlen(*cursor) + 1;
  return list;
}

static int make_the_view(int keeps_network) {
  struct sandbox_ready ready = {0};
  // Before the request is here: a caller that knows that it will need a worker starts one ahead.
  enum sandbox_step prepared = prepare_view(keeps_network, &view);
  int prepared_error = errno;
  size_t length = receive();
  if (length < sizeof message.view) return 0;
  const struct sandbox_view_request *request = &message.view;
  const char *cursor = (const char *)(request + 1);
  size_t filter_size = request->filter_length * 8ul;
  view.filter.len = (unsigned short)request->filter_length;
  view.filter.filter = malloc(filter_size);
  if (!view.filter.filter) return 0;
  memcpy(view.filter.filter, cursor, filter_size), cursor += filter_size;
  for (uint32_t i = 0; i < request->refused + request->fatal + request->recorded; i++, cursor += sizeof(int32_t)) {
    int32_t number;
    memcpy(&number, cursor, sizeof number);
    uint8_t *set = i < request->refused                    ? view.refused
                   : i < request->refused + request->fatal ? view.fatal
                                                           : view.recorded;
    if (number >= 0 && number < 1024) set[number / 8] |= (uint8_t)(1 << number % 8);
  }
  view.unlisted_errno = request->unlisted_errno;
  view.only_threads = request->only_threads;
  char *paths = malloc(length);  // the message is overwritten by the next
  if (!paths) return 0;
  const char *at = memcpy(paths, cursor, length - (size_t)(cursor - message.bytes));
  view.readable = strings(&at, request->readable);
  view.null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  errno = prepared_error;
  ready.step = (int32_t)make_view(prepared, request, &view);
  ready.error_number = ready.step ? errno : 0;
  ready.namespaces = (uint32_t)view.has_namespaces;
  ready.landlock_abi = (uint32_t)view.landlock_abi;
  ready.cgroup = (uint32_t)view.cgroup.version;
  ready.cgroup_error = view.cgroup.error;
  if (!ready.step && !view.has_namespaces) prctl(PR_SET_CHILD_SUBREAPER, 1);
  return send(control_fd, &ready, sizeof ready, MSG_NOSIGNAL) == sizeof ready && !ready.step;
}

// Which argument of a call says what it was about: a path, or a socket address of the length in the next one.
static const struct {
  int number, argument, is_address;
} telling[] = {
    {SYS_openat, 1, 0},     {SYS_openat2, 1, 0},    {SYS_execve, 0, 0},   {SYS_execveat, 1, 0}, {SYS_mkdirat, 1, 0},
    {SYS_unlinkat, 1, 0},   {SYS_renameat2, 1, 0},  {SYS_symlinkat, 2, 0}, {SYS_linkat, 1, 0},   {SYS_mknodat, 1, 0},
    {SYS_fchmodat, 1, 0},   {SYS_fchownat, 1, 0},   {SYS_truncate, 0, 0}, {SYS_statx, 1, 0},    {SYS_newfstatat, 1, 0},
    {SYS_readlinkat, 1, 0}, {SYS_faccessat, 1, 0},  {SYS_chdir, 0, 0},    {SYS_chroot, 0, 0},   {SYS_mount, 1, 0},
    {SYS_umount2, 0, 0},    {SYS_pivot_root, 0, 0}, {SYS_swapon, 0, 0},   {SYS_swapoff, 0, 0},  {SYS_acct, 0, 0},
    {SYS_open_tree, 1, 0},  {SYS_move_mount, 3, 0}, {SYS_fsopen, 0, 0},   {SYS_fspick, 1, 0},   {SYS_sethostname, 0, 0},
    {SYS_name_to_handle_at, 1, 0}, {SYS_mount_setattr, 1, 0}, {SYS_mq_open, 0, 0}, {SYS_memfd_create, 0, 0},
    {SYS_connect, 1, 1},    {SYS_bind, 1, 1},       {SYS_sendto, 4, 1},   {SYS_inotify_add_watch, 1, 0},
#if defined(__x86_64__)
    {SYS_open, 0, 0},   {SYS_creat, 0, 0},  {SYS_stat, 0, 0},  {SYS_lstat, 0, 0}, {SYS_access, 0, 0}, {SYS_mkdir, 0, 0},
    {SYS_rmdir, 0, 0},  {SYS_unlink, 0, 0}, {SYS_rename, 0, 0}, {SYS_link, 0, 0}, {SYS_symlink, 1, 0}, {SYS_mknod, 0, 0},
    {SYS_chmod, 0, 0},  {SYS_chown, 0, 0},  {SYS_lchown, 0, 0}, {SYS_readlink, 0, 0}, {SYS_uselib, 0, 0},
#endif
};

// What another process has at `address`, page by page: a text may end right before one that is not there. It
// can change while and after it is read: it is told, and decides nothing.
static uint32_t read_memory(pid_t process, uint64_t address, char *to, uint32_t size) {
  uint32_t count = 0;
  while (count < size) {
    uint64_t part = 4096 - (address + count) % 4096;
    if (part > size - count) part = size - count;
    struct iovec mine = {to + count, part}, other = {(void *)(uintptr_t)(address + count), part};
    ssize_t done = process_vm_readv((pid_t)process, &mine, 1, &other, 1, 0);
    if (done <= 0) break;
    count += (uint32_t)done;
  }
  return count;
}

static void read_text(int listener, const struct seccomp_notif *call, struct sandbox_denial *denial) {
  if (call->data.arch != native_architecture) return;
  for (size_t i = 0; i < sizeof telling / sizeof *telling; i++) {
    if (telling[i].number != call->data.nr) continue;
    int at = telling[i].argument;
    uint32_t size = sizeof denial->text - 1, length;
    if (telling[i].is_address) {
      uint64_t given = call->data.args[at + 1];
      if (given < size) size = (uint32_t)given;
    }
    length = call->data.args[at] ? read_memory((pid_t)call->pid, call->data.args[at], denial->text, size) : 0;
    if (!telling[i].is_address) length = (uint32_t)strnlen(denial->text, length);
    // The number of a process that has ended may be another's by now.
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) < 0) length = 0;
    denial->text[length] = 0;
    denial->text_length = length;
    return;
  }
}

static void note_denial(int listener, const struct seccomp_notif *call, int error) {
  struct sandbox_denial now = {call->data.nr, call->data.arch, error, 1, {0}, {0}, 0};
  memcpy(now.arguments, call->data.args, sizeof now.arguments);
  read_text(listener, call, &now);
  int by_arguments = call->data.nr == SYS_socket || call->data.nr == SYS_ioctl || call->data.nr == SYS_clone ||
                     call->data.nr == SYS_unshare || call->data.nr == SYS_ptrace;
  for (uint32_t i = 0; i < report.denials; i++) {
    struct sandbox_denial *known = &report.denied[i];
    if (known->number == call->data.nr && known->architecture == call->data.arch && known->error_number == error &&
        (!by_arguments || (known->arguments[0] == call->data.args[0] && known->arguments[1] == call->data.args[1])) &&
        known->text_length == now.text_length && memcmp(known->text, now.text, now.text_length) == 0) {
      known->count++;
      return;
    }
  }
  if (report.denials == sandbox_most_denials) {
    report.denials_dropped++;
    return;
  }
  report.denied[report.denials++] = now;
}

// Whether the filter of a view that does not record would let a call pass.
static int passes(const struct seccomp_notif *call) {
  int number = call->data.nr;
  if (call->data.arch != native_architecture || number < 0 || number >= 1024) return 0;
  if (!(view.recorded[number / 8] >> number % 8 & 1)) return 0;
  // What the filter says of their arguments, which are in registers and cannot change.
  if (number == SYS_clone)
    return !(call->data.args[0] & namespace_flags) && (!view.only_threads || call->data.args[0] & CLONE_THREAD);
  uint32_t family = (uint32_t)call->data.args[0];
  if (number == SYS_socket) return family == AF_UNIX || (view.has_network && (family == AF_INET || family == AF_INET6));
  return 1;
}

static void record(int listener, const struct seccomp_notif *call) {
  struct sandbox_denial now = {.number = call->data.nr};
  if (run.record < 0 || lseek(run.record, 0, SEEK_END) > sandbox_most_recorded_bytes) return;
  read_text(listener, call, &now);
  struct sandbox_record entry = {call->data.nr, now.text_length, {call->data.args[0], call->data.args[1], call->data.args[2]}};
  struct iovec parts[2] = {{&entry, sizeof entry}, {now.text, now.text_length}};
  (void)!writev(run.record, parts, 2);
}

// Answers one call that the filter put to us (seccomp_unotify(2)). Returns 1 where it ends the run.
static int answer_call(int listener) {
  struct seccomp_notif call;
  memset(&call, 0, sizeof call);
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) return 0;
  if (passes(&call)) {
    record(listener, &call);
    struct seccomp_notif_resp go_on = {.id = call.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &go_on);
    return 0;
  }
  int number = call.data.nr, error = (int)view.unlisted_errno;
  int is_foreign = call.data.arch != native_architecture || (number & foreign_bit);
  if (is_foreign) error = 0;
  else if (number >= 0 && number < 1024) {
    if (view.fatal[number / 8] >> number % 8 & 1) error = 0;
    else if (view.refused[number / 8] >> number % 8 & 1) error = EPERM;
    // Allowed with other arguments.
    else if (number == SYS_socket || number == SYS_ioctl || number == SYS_clone) error = EPERM;
  }
  int is_unknown_request = number == SYS_ioctl && error == EPERM && (uint32_t)call.data.args[1] != TIOCSTI &&
                           (uint32_t)call.data.args[1] != TIOCLINUX && !(view.refused[number / 8] >> number % 8 & 1);
  if (is_unknown_request) error = ENOTTY;  // as of the pipes and files that a run has
  else note_denial(listener, &call, error);
  if (error == 0) return 1;
  struct seccomp_notif_resp answer = {.id = call.id, .error = -error};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  return 0;
}

static void raise_to(int64_t *value, int64_t candidate) {
  if (candidate > *value) *value = candidate;
}

// Looks at what the run has used; returns why it must end, or 0. `next` is when to look again.
static enum sandbox_end check_limits(pid_t root, int64_t *next) {
  const struct sandbox_run_request *request = &run.request;
  // Memory can be filled at about 1.5 MiB a millisecond and processor, so it is sampled every 10 ms.
  *next = 10000;
  int64_t cpu;
  if (view.cgroup.version) {
    struct cgroup_account now = account_cgroup(&view.cgroup);
    raise_to(&report.peak_processes, now.processes);
    if (now.memory_kills > 0) return sandbox_end_memory;
    cpu = now.cpu_microseconds;
  } else {
    struct account now = account_tree(view.host_proc, root, 0);
    raise_to(&report.peak_processes, now.processes);
    cpu = now.cpu_microseconds;
    if (now.memory_bytes > (int64_t)request->memory_bytes)
      now.memory_bytes = account_tree(view.host_proc, root, 1).memory_bytes;
    raise_to(&report.peak_memory_bytes, now.memory_bytes);
    if (now.memory_bytes > (int64_t)request->memory_bytes) return sandbox_end_memory;
  }
  raise_to(&report.cpu_microseconds, cpu);
  if (cpu >= (int64_t)request->cpu_microseconds) return sandbox_end_cpu_time;
  // The kernel counts it in a cgroup, and the clock need not be looked at before all processors could have
  // used up what is left.
  if (view.cgroup.version) {
    int64_t soonest = ((int64_t)request->cpu_microseconds - cpu) / sysconf(_SC_NPROCESSORS_ONLN);
    *next = soonest < 2000 ? 2000 : soonest > 50000 ? 50000 : soonest;
  }
  return sandbox_end_itself;
}

static void supervise(pid_t init, int watch) {
  pid_t root = view.has_namespaces ? init : getpid();
  int64_t begin = now_microseconds(), deadline = begin + (int64_t)run.request.wall_microseconds;
  int64_t check = begin + 1000;  // the listener is not known before the program's exec
  int listening = -1;
  for (;;) {
    int64_t pause = (deadline < check ? deadline : check) - now_microseconds();
    struct timespec wait = {pause > 0 ? pause / 1000000 : 0, pause > 0 ? pause % 1000000 * 1000 : 0};
    struct pollfd waits[3] = {{watch, POLLIN, 0}, {control_fd, POLLIN, 0}, {listening, POLLIN, 0}};
    (void)!ppoll(waits, 3, &wait, NULL);
    int64_t now = now_microseconds();
    if (waits[0].revents) return;
    if (waits[1].revents) {
      // Only one message can come here: stop. The end of the conversation means the same.
      struct sandbox_stop_request stop;
      (void)!recv(control_fd, &stop, sizeof stop, MSG_DONTWAIT);
      report.end = sandbox_end_caller;
    } else if (now >= deadline) {
      report.end = sandbox_end_wall_time;
    } else if (now >= check) {
      // By the clock, not when nothing else is to do: a program can have calls refused without end.
      int64_t next;
      if (listening == -1) listening = run.listener;
      report.end = check_limits(root, &next);
      check = now_microseconds() + next;
    } else if (waits[2].revents & POLLIN && answer_call(listening)) {
      report.end = sandbox_end_policy;
    } else if (waits[2].revents & POLLHUP) {
      listening = -2;  // no process is left under the filter
    }
    if (report.end) {
      syscall(SYS_pidfd_send_signal, watch, SIGKILL, NULL, 0);
      return;
    }
  }
}

// Only without namespaces, where the workspace is a folder of the host: `base` with both folders in it.
static const char *base_folder(void) {
  static char base[4096];
  snprintf(base, sizeof base, "%s", run.workspace);
  *strrchr(base, '/') = 0;
  return base;
}

static int make_folders(void) {
  int owner = view.drops_to_outside_id ? outside_id : -1;
  const char *folders[] = {base_folder(), run.workspace, run.temporary};
  for (int i = 0; i < 3; i++)
    if (mkdir(folders[i], 0700) < 0 || (owner >= 0 && chown(folders[i], (uid_t)owner, (gid_t)owner) < 0)) return -1;
  return 0;
}

// Reads the request out of the message. Returns 0 where it makes no sense, which is our own mistake.
static int decode(const char *body) {
  const char *cursor = body;
  run.executable = cursor, cursor += strlen(cursor) + 1;
  run.workspace = cursor, cursor += strlen(cursor) + 1;
  run.temporary = cursor, cursor += strlen(cursor) + 1;
  run.arguments = strings(&cursor, run.request.arguments);
  run.environment = strings(&cursor, run.request.environment);
  run.files = calloc(run.request.files + 1, sizeof *run.files);
  if (!run.arguments || !run.environment || !run.files || descriptor_count < 3) return 0;
  size_t next = run.request.body_size ? 4 : 3;
  for (uint32_t i = 0; i < run.request.files; i++) {
    struct run_file *file = &run.files[i];
    file->path = cursor, cursor += strlen(cursor) + 1;
    memcpy(&file->length, cursor, sizeof file->length), cursor += sizeof file->length;
    file->bytes = cursor, file->descriptor = -1;
    if (file->length >= 0) cursor += file->length;
    else if (next < descriptor_count) file->descriptor = descriptors[next++];
    else return 0;
  }
  if (run.request.records) run.record = descriptors[descriptor_count - 1];
  return 1;
}

static void execute(void) {
  memset(&report, 0, sizeof report);
  memset(&run, 0, sizeof run);
  run.view = &view;
  run.request = message.run;
  run.listener = run.workspace_fd = run.mounts_fd = run.record = -1;
  // Well above the cgroup's limit, so that it is the cgroup that refuses, and counts it.
  run.process_limit = run.request.processes + (view.cgroup.version ? 64 : 0);
  const char *body = (const char *)(&message.run + 1);
  if (run.request.body_size && descriptor_count > 3) {
    body = mmap(NULL, run.request.body_size, PROT_READ, MAP_PRIVATE, descriptors[3], 0);
    run.body = body == MAP_FAILED ? NULL : body;
  }
  if (body == MAP_FAILED || !decode(body)) report.step = sandbox_step_spawn, report.error_number = EPROTO;
  memcpy(run.streams, descriptors, sizeof run.streams);
  if (!view.has_namespaces && !report.step) {
    if (!view.drops_to_outside_id) run.process_limit += count_own_processes(view.host_proc);
    if (make_folders() < 0) report.step = sandbox_step_mounts, report.error_number = errno;
  }
  begin_cgroup_run(&view.cgroup, &run.request);
  int watch = -1;
  int64_t begin = now_microseconds();
  run.start = begin;
  pid_t init = report.step ? -1
                           : clone(view.has_namespaces ? be_init : be_starter, init_stack + sizeof init_stack,
                                   (int)(CLONE_VM | CLONE_FILES | CLONE_PIDFD | SIGCHLD | view.clone_flags), &run, &watch);
  if (init < 0) {
    if (!report.step) report.step = sandbox_step_namespaces, report.error_number = errno;
  } else {
    supervise(init, watch);
    while (waitpid(init, NULL, 0) < 0 && errno == EINTR) {
    }
    end_cgroup_run(&view.cgroup);
    if (!view.has_namespaces) kill_descendants(view.host_proc);
    report.wall_microseconds = now_microseconds() - run.start;
  }
  // The program's process put its streams on 0 to 2 of the table that it shared with us until its exec: a
  // copy left here would keep the pipes open. The numbers stay taken, so that nothing that arrives gets one.
  for (int fd = 0; fd < 3; fd++) dup2(view.null_device, fd);
  for (size_t i = 0; i < descriptor_count; i++) close(descriptors[i]);
  if (run.step) report.step = run.step, report.error_number = run.error;
  report.wait_status = run.wait_status;
  report.has_wait_status = run.has_wait_status;
  raise_to(&report.cpu_microseconds, run.child_cpu_microseconds);
  raise_to(&report.peak_memory_bytes, run.child_peak_kib * 1024);
  raise_to(&report.peak_processes, 1);
  if (view.cgroup.version) {
    struct cgroup_account last = account_cgroup(&view.cgroup);
    raise_to(&report.cpu_microseconds, last.cpu_microseconds);
    raise_to(&report.peak_memory_bytes, last.peak_memory_bytes);
    report.memory_kills = last.memory_kills;
    report.forks_refused = last.forks_refused;
  }
  struct statfs disk;
  if (run.workspace_fd >= 0 && fstatfs(run.workspace_fd, &disk) == 0 && view.has_namespaces) {
    report.disk_free_bytes = (int64_t)(disk.f_bfree * (uint64_t)disk.f_bsize);
    report.disk_used_bytes = (int64_t)((disk.f_blocks - disk.f_bfree) * (uint64_t)disk.f_bsize);
    report.inodes_free = (int64_t)disk.f_ffree;
  } else {
    report.disk_free_bytes = report.inodes_free = -1;
  }
  if (run.listener >= 0) close(run.listener);
  if (fcntl(reserved_fd, F_GETFD) < 0) fcntl(view.null_device, F_DUPFD_CLOEXEC, reserved_fd);
  if (watch >= 0) close(watch);
}

// The workspace goes with the report where it was asked for, or where a file may have reached its limit.
static int answer(void) {
  int failed = report.has_wait_status && report.wait_status != 0;
  int workspace = run.workspace_fd;
  int sends = workspace >= 0 && !report.step &&
              (run.request.keep_workspace ||
               (failed && (!view.has_namespaces || report.disk_used_bytes >= (int64_t)run.request.file_size_bytes)));
  // A kept one is removed by the caller once it is done with it.
  if (!view.has_namespaces && !sends && run.workspace) sandbox_remove_folder(base_folder());
  size_t unused = (sandbox_most_denials - report.denials) * sizeof report.denied[0];
  int status = sandbox_send(control_fd, &report, sizeof report - unused, &workspace, sends ? 1 : 0);
  if (workspace >= 0) close(workspace);
  if (run.mounts_fd >= 0) close(run.mounts_fd);
  free(run.arguments), free(run.environment), free(run.files);
  if (run.body) munmap((void *)run.body, run.request.body_size);
  return status == 0;
}

// Before all other constructors, of which a worker needs none: those of Foundation alone take a millisecond.
__attribute__((constructor(101))) static void take_over(int argc, char **argv) {
  if (argc != 2 || strcmp(argv[0], "ocisandbox-worker") != 0) return;
  // The number of the control socket says nothing to exec: it must be closed there like all others.
  fcntl(control_fd, F_SETFD, FD_CLOEXEC);
  // What the caller has open without close-on-exec is none of a run's business.
  syscall(SYS_close_range, control_fd + 1, ~0u, 0);
  fcntl(control_fd, F_DUPFD_CLOEXEC, reserved_fd);
  if (make_the_view(strcmp(argv[1], "host") == 0)) {
    for (size_t length; (length = receive());) {
      if (length >= sizeof(struct sandbox_run_request)) {
        execute();
        if (!answer()) break;
      }
    }
  }
  if (view.cgroup.version) remove_cgroup(&view.cgroup);
  _exit(0);
}
