// A worker: the caller's own executable, started again under the name below, where a constructor takes over before the
// caller's main, or a copy of a process that has come no further than that. So this process has one thread and none of the
// caller's memory. It makes one view, then executes one run after the other in it, until its control socket ends.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/futex.h>
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
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "raw.h"
#include "worker.h"

#if defined(__x86_64__)
enum { native_architecture = AUDIT_ARCH_X86_64, foreign_bit = 0x40000000 /* x32 */ };
#elif defined(__aarch64__)
enum { native_architecture = AUDIT_ARCH_AARCH64, foreign_bit = 0 };
#endif

// Linux 6.6; older headers and kernels do not know it.
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, uint64_t)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1ul
#endif

static struct view view;
static struct run run = {
    .listener = -1, .workspace_fd = -1, .drivers_fd = -1, .processes_fd = -1, .rules_fd = -1,
    .preference_fd = -1, .arguments_fd = -1, .program = -1};
static struct sandbox_run_request request;  // of the current run
static struct content {
  const char *mapped;  // NULL where all came in the message
  size_t mapped_size;
  const char *executable, *workspace, *temporary, *drivers;
  const char **arguments, **environment, **parent;
  struct run_file *files;
  // By which a parent is recognized: its environment and command.
  const char *key;
  size_t key_size;
  // What stands before the files, and the drivers with their names.
  const char *words, *driver_bytes;
  size_t words_size, drivers_size;
  int report;  // the file that a driver reports to; -1: there is none
  int record;  // -1: nothing is recorded
} content;
// When the program was told that its time is up, and what it had used then; 0: it was not.
static int64_t stopped, cpu_when_stopped;
static int64_t asked, begun;  // when the run was, and when the program was let through the gate
static int64_t next_exact;  // not before then is memory accounted exactly again
static struct sandbox_report report;
// The run that is made ready, or goes on: the process and the id of the call that waits at the gate; where there are no
// namespaces, its starter.
static pid_t keeper;
static int keeper_watch = -1, is_ready;
static uint64_t gate;
static pid_t gate_process;
static uint8_t keeper_stack[64 * 1024] __attribute__((aligned(16)));
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

// Environment and parent of the latest request that had one: that which follows mostly has the same.
static struct {
  char *bytes;
  size_t size;
  const char **words;
} latest_parent;

static int keep_parent(const char *bytes, size_t size) {
  free(latest_parent.bytes), free(latest_parent.words);
  const char *cursor = latest_parent.bytes = malloc(size);
  latest_parent.words = NULL;
  if (!cursor) return 0;
  memcpy(latest_parent.bytes, bytes, size);
  latest_parent.size = size;
  for (uint32_t i = 0; i < request.environment; i++) cursor += strlen(cursor) + 1;
  latest_parent.words = strings(&cursor, request.parent_arguments);
  return latest_parent.words != NULL;
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
  errno = prepared_error;
  ready.step = (int32_t)make_view(prepared, request, &view);
  ready.error_number = ready.step ? errno : 0;
  // Of the view, for a program may open it by its name, as /dev/stdin.
  view.null_device = open("/dev/null", O_RDWR | O_CLOEXEC);
  view.empty_input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ready.namespaces = (uint32_t)view.has_namespaces;
  ready.landlock_abi = (uint32_t)view.landlock_abi;
  ready.landlock_error = view.landlock_error;
  ready.cgroup = (uint32_t)view.cgroup.version;
  ready.cgroup_error = view.cgroup.error;
  if (!ready.step && !view.has_namespaces) prctl(PR_SET_CHILD_SUBREAPER, 1);
  return send(control_fd, &ready, sizeof ready, MSG_NOSIGNAL) == sizeof ready && !ready.step;
}

// Which argument of a call says what it was about: a path, one that may begin in the folder of the argument before, a
// socket address of the length in the next one, or another word.
enum telling { plain, in_folder, address, word };
static const struct {
  int number, argument;
  enum telling kind;
} telling[] = {
    {SYS_openat, 1, in_folder}, {SYS_openat2, 1, in_folder}, {SYS_execve, 0, plain},
    {SYS_execveat, 1, in_folder}, {SYS_mkdirat, 1, in_folder}, {SYS_unlinkat, 1, in_folder},
    {SYS_renameat2, 1, in_folder}, {SYS_symlinkat, 2, in_folder}, {SYS_linkat, 1, in_folder},
    {SYS_mknodat, 1, in_folder}, {SYS_fchmodat, 1, in_folder}, {SYS_fchownat, 1, in_folder},
    {SYS_truncate, 0, plain}, {SYS_statx, 1, in_folder}, {SYS_newfstatat, 1, in_folder},
    {SYS_readlinkat, 1, in_folder}, {SYS_faccessat, 1, in_folder}, {SYS_chdir, 0, plain},
    {SYS_chroot, 0, plain}, {SYS_mount, 1, plain}, {SYS_umount2, 0, plain}, {SYS_pivot_root, 0, plain},
    {SYS_swapon, 0, plain}, {SYS_swapoff, 0, plain}, {SYS_acct, 0, plain}, {SYS_open_tree, 1, in_folder},
    {SYS_move_mount, 3, in_folder}, {SYS_fsopen, 0, word}, {SYS_fspick, 1, in_folder},
    {SYS_sethostname, 0, word}, {SYS_name_to_handle_at, 1, in_folder}, {SYS_mount_setattr, 1, in_folder},
    {SYS_mq_open, 0, word}, {SYS_memfd_create, 0, word}, {SYS_connect, 1, address}, {SYS_bind, 1, address},
    {SYS_sendto, 4, address}, {SYS_inotify_add_watch, 1, plain},
#if defined(__x86_64__)
    {SYS_open, 0, plain}, {SYS_creat, 0, plain}, {SYS_stat, 0, plain}, {SYS_lstat, 0, plain},
    {SYS_access, 0, plain}, {SYS_mkdir, 0, plain}, {SYS_rmdir, 0, plain}, {SYS_unlink, 0, plain},
    {SYS_rename, 0, plain}, {SYS_link, 0, plain}, {SYS_symlink, 1, plain}, {SYS_mknod, 0, plain},
    {SYS_chmod, 0, plain}, {SYS_chown, 0, plain}, {SYS_lchown, 0, plain}, {SYS_readlink, 0, plain},
    {SYS_uselib, 0, plain},
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
    if (telling[i].kind == address) {
      uint64_t given = call->data.args[at + 1];
      if (given < size) size = (uint32_t)given;
    }
    length = call->data.args[at] ? read_memory((pid_t)call->pid, call->data.args[at], denial->text, size) : 0;
    if (telling[i].kind != address) length = (uint32_t)strnlen(denial->text, length);
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
                     call->data.nr == SYS_unshare || call->data.nr == SYS_ptrace || call->data.nr == SYS_fcntl;
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

// fcntl(2): a lease holds up others who open a file, a notice tells of what others do with a folder. Files in view are
// the host's own, and other runs'.
static int is_command_of_others(uint64_t command) {
  return (uint32_t)command == F_SETLEASE || (uint32_t)command == F_NOTIFY;
}

// By which a driver waits where there is no program yet. Who makes it later is told that there is no such process.
static int is_gate_of_driver(const struct seccomp_notif *call) {
  return call->data.arch == native_architecture && call->data.nr == SYS_kill &&
         call->data.args[0] == sandbox_gate_process && (int)call->data.args[1] == 0;
}

// Whether a call may pass that is put to us to be noted, or for its arguments.
static int passes(const struct seccomp_notif *call) {
  int number = call->data.nr;
  if (call->data.arch != native_architecture || number < 0 || number >= 1024) return 0;
  if (!(view.recorded[number / 8] >> number % 8 & 1)) return 0;
  // What the filter says of their arguments, which are in registers and cannot change.
  if (number == SYS_clone)
    return !(call->data.args[0] & namespace_flags) && (!view.only_threads || call->data.args[0] & CLONE_THREAD);
  uint32_t family = (uint32_t)call->data.args[0];
  if (number == SYS_socket) return family == AF_UNIX || (view.has_network && (family == AF_INET || family == AF_INET6));
  // Pid 1, whose user the program has where the worker has no other one to give it, goes on with the limits it gets.
  if (number == SYS_prlimit64) return (uint32_t)call->data.args[0] != 1;
  return number != SYS_fcntl || !is_command_of_others(call->data.args[1]);
}

static int open_folder(int at, const char *path) { return openat(at, path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

// Makes a relative path, or one with ".." in it, the one that it leads to: from the folder that the process is in, or has
// open. It is told only: the process, or another one, can have changed all of it meanwhile.
static void resolve(const struct seccomp_notif *call, struct sandbox_denial *now) {
  size_t i = 0;
  while (i < sizeof telling / sizeof *telling && telling[i].number != call->data.nr) i++;
  int is_absolute = now->text[0] == '/';
  if (i == sizeof telling / sizeof *telling || telling[i].kind > in_folder || !now->text_length ||
      now->text_length == sizeof now->text - 1 || (is_absolute && !strstr(now->text, "..")))
    return;
  int given = telling[i].kind == in_folder ? (int)call->data.args[telling[i].argument - 1] : AT_FDCWD;
  char place[64], head[sizeof now->text], real[4096];
  if (is_absolute) snprintf(place, sizeof place, "%u/root", call->pid);
  else if (given == AT_FDCWD) snprintf(place, sizeof place, "%u/cwd", call->pid);
  else snprintf(place, sizeof place, "%u/fd/%d", call->pid, given);
  const char *path = now->text + strspn(now->text, "/");
  snprintf(head, sizeof head, "%s", path);
  // The longest part of it that is there: what follows is not, or is no folder.
  int from = open_folder(view.host_proc, place), folder = -1;
  size_t length = strlen(head);
  while (from >= 0 && folder < 0) {
    head[length] = 0;
    folder = length ? open_folder(from, head) : dup(from);
    if (folder >= 0 || !length) break;
    while (length && head[length - 1] != '/') length--;
    while (length && head[length - 1] == '/') length--;
  }
  if (from >= 0) close(from);
  if (folder < 0) return;
  snprintf(place, sizeof place, "self/fd/%d", folder);
  ssize_t size = readlinkat(view.host_proc, place, real, sizeof real - 1);
  close(folder);
  if (size <= 0 || *real != '/') return;
  real[size] = 0;
  const char *rest = path + length + strspn(path + length, "/");
  if (strstr(rest, "..") || strstr(real, " (deleted)")) return;
  char whole[sizeof real + sizeof now->text];
  int count = snprintf(whole, sizeof whole, "%s%s%s", real, *rest && size > 1 ? "/" : "", rest);
  if (count >= (int)sizeof now->text) return;
  memcpy(now->text, whole, (size_t)count + 1);
  now->text_length = (uint32_t)count;
}

static void record(int listener, const struct seccomp_notif *call) {
  struct sandbox_denial now = {.number = call->data.nr};
  if (content.record < 0 || lseek(content.record, 0, SEEK_END) > sandbox_most_recorded_bytes) return;
  read_text(listener, call, &now);
  resolve(call, &now);
  struct sandbox_record entry = {call->data.nr, now.text_length, {call->data.args[0], call->data.args[1], call->data.args[2]}};
  struct iovec parts[2] = {{&entry, sizeof entry}, {now.text, now.text_length}};
  (void)!writev(content.record, parts, 2);
}

// Who answers a call waits then, or who makes one: so the other goes on at once on this processor, where it may.
static void share_processor_of_calls(int listener, int may) {
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, may ? SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP : 0ul);
}

static void let_pass(int listener, uint64_t call) {
  struct seccomp_notif_resp go_on = {.id = call, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &go_on);
}

// Answers a call that the filter put to us (seccomp_unotify(2)). Returns 1 where it ends the run.
static int answer_received(int listener, const struct seccomp_notif *call) {
  int is_ours = is_spawner((pid_t)call->pid);
  if (is_ours || passes(call)) {
    if (!is_ours) record(listener, call);
    let_pass(listener, call->id);
    return 0;
  }
  int number = call->data.nr, error = (int)view.unlisted_errno;
  int is_foreign = call->data.arch != native_architecture || (number & foreign_bit);
  if (is_foreign) error = 0;
  else if (number >= 0 && number < 1024) {
    if (view.fatal[number / 8] >> number % 8 & 1) error = 0;
    else if (view.refused[number / 8] >> number % 8 & 1) error = EPERM;
    // Allowed with other arguments.
    else if (number == SYS_socket || number == SYS_ioctl || number == SYS_clone || number == SYS_fcntl ||
             number == SYS_prlimit64)
      error = EPERM;
  }
  int is_listed = !is_foreign && number >= 0 && number < 1024 && view.refused[number / 8] >> number % 8 & 1;
  uint32_t request = (uint32_t)call->data.args[1];
  int is_unknown_request = error == EPERM && !is_listed &&
                           ((number == SYS_ioctl && request != TIOCSTI && request != TIOCLINUX) ||
                            (number == SYS_fcntl && !is_command_of_others(request)));
  if (is_unknown_request) error = number == SYS_ioctl ? ENOTTY : EINVAL;  // as of the pipes and files that a run has
  else note_denial(listener, call, error);
  if (error == 0) return 1;
  struct seccomp_notif_resp answer = {.id = call->id, .error = -error};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  return 0;
}

static int answer_call(int listener) {
  struct seccomp_notif call;
  memset(&call, 0, sizeof call);
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0 && answer_received(listener, &call);
}

// The processes that this one has and that are no program's: they share its memory, or are a parent of runs.
enum { most_ours = 4 };
static int list_ours(pid_t ours[most_ours]) {
  int count = list_space(ours);
  ours[count++] = keeper;
  ours[count++] = parent_process();
  return count;
}

static struct account account_run(int exact) {
  pid_t ours[most_ours];
  struct statfs disk;
  // Its folders are files of the host where it has no file system of its own.
  int has_disk = view.has_namespaces && run.workspace_fd >= 0 && fstatfs(run.workspace_fd, &disk) == 0;
  int64_t file_bytes = has_disk ? (int64_t)((disk.f_blocks - disk.f_bfree) * (uint64_t)disk.f_bsize) : 0;
  return account_descendants(view.host_proc, ours, list_ours(ours), exact, file_bytes);
}

// Where no cgroup counts, it is this process that ends a run at its memory limit, beside programs that are on all
// processors. With a short slice it need not wait until one of them has used up its own (sched_setattr(2), since Linux 6.12;
// before, the slice is ignored). Where the limit can be reached before it looks again, it goes before all that have no
// priority of their own (sched(7), SCHED_RR), if its user may have that. Its children get neither.
static void be_urgent(int is_urgent) {
  static int was_urgent = -1;
  if (is_urgent == was_urgent) return;
  struct {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_nanoseconds, deadline, period;
  } own = {.size = sizeof own, .flags = 1 /* SCHED_FLAG_RESET_ON_FORK */, .nice = getpriority(PRIO_PROCESS, 0)};
  if (is_urgent) own.policy = SCHED_RR, own.priority = 1;
  else own.policy = SCHED_OTHER, own.runtime_nanoseconds = 100000;
  syscall(SYS_sched_setattr, 0, &own, 0);
  was_urgent = is_urgent;
}

// As measured with memset(3) on fresh pages: twice that of one that writes a byte to each.
enum { filled_bytes_a_microsecond = 3000 };

// Looks at what the run has used; returns why it must end, or 0. `next` is when to look again.
static enum sandbox_end check_limits(int64_t *next) {
  *next = 10000;
  int64_t cpu, began = own_cpu_microseconds();
  if (view.cgroup.version) {
    struct cgroup_account now = account_cgroup(&view.cgroup);
    raise_to(&report.peak_processes, now.processes);
    if (now.memory_kills > 0) return sandbox_end_memory;
    if (request.stop_memory_bytes && now.peak_memory_bytes >= (int64_t)request.stop_memory_bytes)
      return sandbox_end_memory;
    cpu = now.cpu_microseconds;
  } else {
    struct account now = account_run(0);
    raise_to(&report.peak_processes, now.processes);
    cpu = now.cpu_microseconds;
    int64_t cost = own_cpu_microseconds() - began;
    // The exact account takes milliseconds, in which memory is filled on, and is not made again for as long as four times
    // that. Meanwhile it goes by what is certain, which grows by all that is filled.
    if (now.certain_bytes > (int64_t)request.memory_bytes) {
      now.memory_bytes = now.certain_bytes;
    } else if (now.memory_bytes > (int64_t)request.memory_bytes) {
      int may_be_exact = now_microseconds() >= next_exact;
      now.memory_bytes = may_be_exact ? account_run(1).memory_bytes : now.certain_bytes;
      if (may_be_exact) next_exact = now_microseconds() + 4 * (own_cpu_microseconds() - began - cost);
    }
    raise_to(&report.peak_memory_bytes, now.memory_bytes);
    if (now.memory_bytes > (int64_t)request.memory_bytes) return sandbox_end_memory;
    if (request.stop_memory_bytes && now.memory_bytes >= (int64_t)request.stop_memory_bytes)
      return sandbox_end_memory;
    // Before what is left can be filled; but never busy with looking for more than a fifth of the time: its own, for
    // on a loaded machine it waits for a processor too.
    int64_t left = ((int64_t)request.memory_bytes - now.memory_bytes) / (filled_bytes_a_microsecond * sysconf(_SC_NPROCESSORS_ONLN));
    int64_t least = 4 * cost;
    if (least < 500) least = 500;
    be_urgent(left < *next);
    if (left < *next) *next = left;
    if (*next < least) *next = least;
  }
  raise_to(&report.cpu_microseconds, cpu);
  if (cpu >= (int64_t)request.cpu_microseconds) return sandbox_end_cpu_time;
  // The kernel counts it in a cgroup, and the clock need not be looked at before all processors could have
  // used up what is left.
  if (view.cgroup.version) {
    int64_t soonest = ((int64_t)request.cpu_microseconds - cpu) / sysconf(_SC_NPROCESSORS_ONLN);
    *next = soonest < 2000 ? 2000 : soonest > 50000 ? 50000 : soonest;
  }
  if (request.stop_memory_bytes) *next = 2000;
  return sandbox_end_itself;
}

// What tells of the program's end: without namespaces that of the starter, which waits for it.
static int program_watch(void) { return view.has_namespaces ? run.program : keeper_watch; }

// Ends the run, whatever it has started.
static void kill_run(void) {
  if (keeper > 0) syscall(SYS_pidfd_send_signal, keeper_watch, SIGKILL, NULL, 0);
  else if (view.has_namespaces) kill_space();
}

// At a time or output limit, or the memory at which to stop: tells the program, which may have a handler that says where it is, and gives it two
// seconds. Told once: while a debugger looks at it, a second signal would end it under its eyes.
static void stop_program(int listening) {
  struct stat written;
  // What was there before can have been written by anyone in the program, at leisure.
  if (content.report >= 0 && fstat(content.report, &written) == 0) report.reported_before_stop = written.st_size;
  stopped = now_microseconds();
  cpu_when_stopped = report.cpu_microseconds;
  if (run.program < 0) return;
  syscall(SYS_pidfd_send_signal, run.program, request.stop_signal, NULL, 0);
  int64_t left;
  while ((left = stopped + 2000000 - now_microseconds()) > 0) {
    struct timespec wait = {left / 1000000, left % 1000000 * 1000};
    struct pollfd waits[3] = {{program_watch(), POLLIN, 0}, {control_fd, POLLIN, 0}, {listening, POLLIN, 0}};
    (void)!ppoll(waits, 3, &wait, NULL);
    if (waits[0].revents || waits[1].revents) return;
    if (waits[2].revents & POLLIN && answer_call(listening)) return;
    if (waits[2].revents & POLLHUP) listening = -1;
  }
}

// The processor that a process is on, or was last (proc_pid_stat(5)); -1: that cannot be told.
static int processor_of(pid_t process) {
  enum { fields_before = 36 };  // after the name, which may hold anything
  char path[40], text[1024];
  snprintf(path, sizeof path, "%d/stat", process);
  int file = openat(view.host_proc, path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  text[length < 0 ? 0 : length] = 0;
  const char *at = strrchr(text, ')');
  for (int i = 0; at && i <= fields_before; i++) at = strchr(at + 1, ' ');
  return at ? atoi(at) : -1;
}

static void tell_start(void) {
  struct sandbox_started started = {processor_of(gate_process)};
  sandbox_send(control_fd, &started, sizeof started, NULL, 0);
  request.tells_start = 0;
}

static void supervise(int64_t begin) {
  int64_t deadline = begin + (int64_t)request.wall_microseconds, check = begin + 1000;
  int listening = run.listener, is_output = 0;
  for (;;) {
    int64_t pause = (deadline < check ? deadline : check) - now_microseconds();
    struct timespec wait = {pause > 0 ? pause / 1000000 : 0, pause > 0 ? pause % 1000000 * 1000 : 0};
    struct pollfd waits[3] = {{program_watch(), POLLIN, 0}, {control_fd, POLLIN, 0}, {listening, POLLIN, 0}};
    (void)!ppoll(waits, 3, &wait, NULL);
    int64_t now = now_microseconds();
    if (waits[0].revents) return;
    if (waits[1].revents) {
      // Only one message can come here: stop. The end of the conversation means the same.
      struct sandbox_stop_request stop = {0};
      is_output = recv(control_fd, &stop, sizeof stop, MSG_DONTWAIT) == sizeof stop && stop.is_told;
      report.end = sandbox_end_caller;
    } else if (now >= deadline) {
      report.end = sandbox_end_wall_time;
    } else if (now >= check) {
      // By the clock, not when nothing else is to do: a program can have calls refused without end.
      int64_t next;
      if (request.tells_start) tell_start();
      report.end = check_limits(&next);
      check = now_microseconds() + next;
    } else if (waits[2].revents & POLLIN && answer_call(listening)) {
      report.end = sandbox_end_policy;
    } else if (waits[2].revents & POLLHUP) {
      listening = -1;  // no process is left under the filter
    }
    if (report.end) {
      int is_time = report.end == sandbox_end_wall_time || report.end == sandbox_end_cpu_time;
      int is_told = is_time || is_output || (report.end == sandbox_end_memory && request.stop_memory_bytes);
      if (is_told && request.stop_signal) stop_program(listening);
      // Who fills memory on all processors goes on until init, by whose end it is killed, is on one.
      if (report.end == sandbox_end_memory && !view.cgroup.version) {
        pid_t ours[most_ours];
        kill_programs(view.host_proc, ours, list_ours(ours));
      }
      kill_run();
      return;
    }
  }
}

// Only without namespaces, where the workspace is a folder of the host: `base` with both folders in it.
static const char *base_folder(void) {
  static char base[4096];
  snprintf(base, sizeof base, "%s", content.workspace);
  *strrchr(base, '/') = 0;
  return base;
}

static int make_folders(void) {
  int owner = view.drops_to_outside_id ? outside_id : -1;
  const char *folders[] = {base_folder(), content.workspace, content.temporary};
  for (int i = 0; i < 3; i++)
    if (mkdir(folders[i], 0700) < 0 || (owner >= 0 && chown(folders[i], (uid_t)owner, (gid_t)owner) < 0)) return -1;
  return request.driver_files ? mkdir(content.drivers, 0755) : 0;
}

// Waits until the program's process is at the gate. Returns 0 where it does not get there.
static int wait_at_gate(void) {
  for (;;) {
    if (run.listener < 0) wait_while(&run.listener, -1);
    int other = keeper > 0 ? keeper_watch : space_watch();
    struct pollfd waits[3] = {{program_watch(), POLLIN, 0}, {run.listener, POLLIN, 0}, {other, POLLIN, 0}};
    if (poll(waits, 3, waits[1].fd < 0 ? 0 : 1) < 0) continue;
    if (waits[0].revents || waits[2].revents) return 0;
    struct seccomp_notif call;
    memset(&call, 0, sizeof call);
    if (!(waits[1].revents & POLLIN) || ioctl(run.listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) continue;
    if (call.data.nr == gate_call && !is_spawner((pid_t)call.pid)) {
      gate = call.id;
      gate_process = (pid_t)call.pid;
      return 1;
    }
    // No program has begun: it is one of ours that makes the call, whether the policy allows it or not.
    let_pass(run.listener, call.id);
    if (call.data.nr == gate_call) return 0;  // there is no process to wait for
  }
}

// Whatever a run has that is made ready, of the request, but for its processes.
static void begin_run(const char *workspace, const char *temporary, const char *drivers, int is_warm) {
  memset(&run, 0, sizeof run);
  run.view = &view;
  run.limits = request;
  run.workspace = workspace;
  run.temporary = temporary;
  run.drivers = drivers;
  run.listener = run.workspace_fd = run.drivers_fd = run.preference_fd = run.program = -1;
  run.processes_fd = run.rules_fd = run.arguments_fd = run.made = -1;
  run.is_warm = is_warm;
  // With a cgroup well above that one's limit, so that it refuses, and counts it. Else what it counts is the limit itself:
  // the spawner has the user of a program.
  run.process_limit = request.processes + (view.cgroup.version ? 65 : view.has_namespaces);
  if (!view.has_namespaces && !view.drops_to_outside_id) run.process_limit += count_own_processes(view.host_proc);
}

static void start_keeper(void) {
  int made = -1;
  keeper = clone(be_starter, keeper_stack + sizeof keeper_stack, CLONE_VM | CLONE_FILES | CLONE_PIDFD | SIGCHLD, &run, &made);
  keeper_watch = keeper < 0 ? -1 : made;  // the number is written before it can fail
  if (keeper < 0) run.step = sandbox_step_namespaces, run.error = errno;
}

// Waits for the program, and for the run's own starter.
static void reap(void) {
  if (run.process > 0) reap_program(&run);
  while (keeper > 0 && waitpid(keeper, NULL, __WALL) < 0 && errno == EINTR) {
  }
  keeper = is_ready = 0;
}

static void close_watches(void) {
  run.is_ahead = 0;
  if (view.has_namespaces && !run.is_warm) run.listener = -1;  // the spawner's, which is kept
  close_one(&run.rules_fd);
  close_one(&run.preference_fd);
  close_one(&run.arguments_fd);
  close_one(&keeper_watch);
  close_one(&run.program);
  close_one(&run.drivers_fd);
  close_one(&run.listener);
}

// Ends a run that waits at the gate, or did not get there.
static void discard(void) {
  if (run.is_ahead) {
    memset(&report, 0, sizeof report);
    dup3(view.null_device, sandbox_report_descriptor, O_CLOEXEC);
  }
  if (keeper > 0) kill_run();
  else if (run.program >= 0) syscall(SYS_pidfd_send_signal, run.program, SIGKILL, NULL, 0);
  reap();
  close_watches();
  close_one(&run.workspace_fd);
  take_workspace_down();
}

// Of CPU time the process has a backstop only, which is set again.
static int has_cpu_time(uint64_t microseconds) {
  uint64_t seconds = microseconds / 1000000;
  if (run.limits.cpu_microseconds / 1000000 == seconds) return 1;
  struct rlimit limit = {seconds + 2, seconds + 3};
  return syscall(SYS_prlimit64, gate_process, RLIMIT_CPU, &limit, NULL) == 0;
}

static size_t words_size(void) {
  const char *last = content.arguments[request.arguments - 1];
  return (size_t)(last + strlen(last) + 1 - content.arguments[0]);
}

// The words that a forked run that is ready is known by: those of the run before it, for the next one mostly has the same.
static struct {
  char *bytes;
  size_t size;
} ready_words;

static int has_ready_words(const char *bytes, size_t size) {
  return ready_words.size == size && memcmp(ready_words.bytes, bytes, size) == 0;
}

static int learn_words(const char *bytes, size_t size) {
  if (has_ready_words(bytes, size)) return 1;
  char *copy = malloc(size);
  if (!copy) return 0;
  free(ready_words.bytes);
  ready_words.bytes = memcpy(copy, bytes, size);
  ready_words.size = size;
  return 1;
}

// Whether there is a parent for the request.
static int can_fork(void) {
  return request.parent_arguments && view.has_namespaces && has_parent(content.key, content.key_size) &&
         has_room_for(words_size());
}

// MARK: Started ahead
//
// A run whose process has become the program's interpreter already, and waits, before it has read a word of the program,
// for the next run of its kind. It is a cold run in all but that: made by the same processes and functions, used once.

static struct {
  char *kind;  // the words and drivers of the last run that could have been started ahead
  size_t words_size, size;
  struct sandbox_run_request request;
  const char *executable, **arguments, **environment;
  struct run_file *drivers;
  int alike;      // how many runs of that kind there were in a row
  int wasted;     // how many were started ahead in a row for another kind than came
  int failures, has_failed, differs;
  int is_at_gate;
  uint32_t closed_at_exec;  // bits of the descriptors that are, of those that are replaced at the gate
  int64_t ended;  // when the last run was over
} ahead;

// It holds memory, and is not to wait for who does not come.
enum { longest_ahead_microseconds = 10000000, shortest_pause_microseconds = 30000, most_ahead_failures = 2, most_wasted = 5 };

// Whether the request is for a run of the last one's kind: the same but for what is given through the gate.
static int is_alike(void) {
  const struct sandbox_run_request *own = &ahead.request, *other = &message.run;
  return ahead.kind && ahead.size == content.words_size + content.drivers_size && ahead.words_size == content.words_size &&
         memcmp(ahead.kind, content.words, content.words_size) == 0 &&
         memcmp(ahead.kind + content.words_size, content.driver_bytes, content.drivers_size) == 0 &&
         // Which of the same words are arguments, and which variables.
         own->arguments == other->arguments && own->environment == other->environment &&
         own->memory_bytes == other->memory_bytes && own->has_report == other->has_report;
}

static uint32_t why_not_ahead(void) {
  if (run.is_ahead) return sandbox_cold_unasked;
  if (!view.has_namespaces) return sandbox_cold_namespaces;
  if (ahead.failures >= most_ahead_failures) return sandbox_cold_ahead_broken;
  return ahead.has_failed ? sandbox_cold_ahead_failed : ahead.differs ? sandbox_cold_ahead_differs : sandbox_cold_none_ahead;
}

static void forget_kind(void) {
  free(ahead.kind), free(ahead.arguments), free(ahead.environment), free(ahead.drivers);
  ahead.kind = NULL, ahead.arguments = ahead.environment = NULL, ahead.drivers = NULL;
}

static void keep_kind(void) {
  forget_kind();
  ahead.request = message.run;
  ahead.words_size = content.words_size;
  ahead.size = content.words_size + content.drivers_size;
  ahead.kind = malloc(ahead.size);
  ahead.drivers = calloc(request.driver_files + 1, sizeof *ahead.drivers);
  if (!ahead.kind || !ahead.drivers) return forget_kind();
  memcpy(ahead.kind, content.words, content.words_size);
  const char *cursor = ahead.executable = ahead.kind;
  for (int i = 0; i < 4; i++) cursor += strlen(cursor) + 1;
  ahead.arguments = strings(&cursor, request.arguments);
  ahead.environment = strings(&cursor, request.environment);
  if (!ahead.arguments || !ahead.environment) return forget_kind();
  char *drivers = ahead.kind + content.words_size;
  if (content.drivers_size) memcpy(drivers, content.driver_bytes, content.drivers_size);
  for (uint64_t i = 0; i < request.driver_files; i++) {
    ahead.drivers[i] = content.files[request.files - request.driver_files + i];
    ahead.drivers[i].path = drivers + (ahead.drivers[i].path - content.driver_bytes);
    ahead.drivers[i].bytes = drivers + (ahead.drivers[i].bytes - content.driver_bytes);
  }
}

// Takes note of a run that is over, and says whether the next is to be started ahead.
static int is_next_alike(void) {
  int64_t before = ahead.ended;
  int is_first = !before;
  ahead.ended = now_microseconds();
  ahead.differs = ahead.has_failed = 0;
  if (request.starts_ahead) {
    if (!is_alike() || begun - before > longest_ahead_microseconds) ahead.alike = 0;
    ahead.alike++;
    if (!is_alike()) keep_kind();
  } else {
    ahead.alike = 0;
  }
  // Where runs follow each other at once on all processors there is none to start ahead on: it only takes from them.
  if (request.is_busy && asked - before < shortest_pause_microseconds) return 0;
  if (!ahead.kind || request.records || !view.has_namespaces || ahead.failures >= most_ahead_failures) return 0;
  // One that was started for nothing costs as much as a run: then there have to be more of a kind before.
  return ahead.alike >= 2 << ahead.wasted || (is_first && ahead.alike == 1 && request.first_of_many);
}

// Why the run is not a warm one.
static uint32_t why_cold(void) {
  if (request.starts_ahead) return why_not_ahead();
  if (!request.parent_arguments || run.is_warm) return sandbox_cold_unasked;
  if (!view.has_namespaces) return sandbox_cold_namespaces;
  if (is_parent_given_up()) return sandbox_cold_broken;
  if (has_parent(content.key, content.key_size) && !has_room_for(words_size())) return sandbox_cold_arguments;
  return has_parent_failed() ? sandbox_cold_failed : sandbox_cold_first;
}

// Whether what waits at the gate is there still, and was made for limits like these. Those that only the worker
// sees to may differ.
static int is_ready_for(const struct sandbox_run_request *other) {
  // One that was forked is for its own parent's like only, and none that was started where one can be forked.
  if (run.is_warm != can_fork()) return 0;
  if (has_other_drivers(content.driver_bytes, content.drivers_size)) return 0;
  const struct sandbox_run_request *own = &run.limits;
  struct pollfd ended[2] = {{keeper > 0 ? keeper_watch : space_watch(), POLLIN, 0}, {program_watch(), POLLIN, 0}};
  return is_ready && poll(ended, 2, 0) == 0 && own->processes == other->processes &&
         own->file_size_bytes == other->file_size_bytes && own->disk_bytes == other->disk_bytes &&
         own->inodes == other->inodes && own->driver_files == other->driver_files &&
         own->driver_bytes == other->driver_bytes && own->open_files == other->open_files && own->stack_bytes == other->stack_bytes &&
         has_cpu_time(other->cpu_microseconds);
}

// Reads the request out of the message. Returns 0 where it makes no sense, which is our own mistake.
static int decode(void) {
  const char *cursor = (const char *)(&message.run + 1);
  memset(&content, 0, sizeof content);
  content.report = content.record = -1;
  if (request.body_size && descriptor_count > 3) {
    cursor = mmap(NULL, request.body_size, PROT_READ, MAP_PRIVATE, descriptors[3], 0);
    if (cursor == MAP_FAILED) return 0;
    content.mapped = cursor;
    content.mapped_size = request.body_size;
  }
  content.words = cursor;
  content.executable = cursor, cursor += strlen(cursor) + 1;
  content.workspace = cursor, cursor += strlen(cursor) + 1;
  content.temporary = cursor, cursor += strlen(cursor) + 1;
  content.drivers = cursor, cursor += strlen(cursor) + 1;
  content.arguments = strings(&cursor, request.arguments);
  const char *environment = cursor;
  content.environment = strings(&cursor, request.environment);
  if (request.parent_arguments) {
    if (!request.same_parent) {
      for (uint32_t i = 0; i < request.parent_arguments; i++) cursor += strlen(cursor) + 1;
      if (!keep_parent(environment, (size_t)(cursor - environment))) return 0;
    }
    if (!latest_parent.words) return 0;
    content.key = latest_parent.bytes, content.key_size = latest_parent.size;
    content.parent = latest_parent.words;
  }
  content.words_size = (size_t)(cursor - content.words);
  content.files = calloc(request.files + 1, sizeof *content.files);
  if (!content.arguments || !content.environment || !content.files || descriptor_count < 3) return 0;
  size_t next = request.body_size ? 4 : 3;
  if (request.has_report) {
    if (next >= descriptor_count) return 0;
    content.report = descriptors[next++];
  }
  for (uint32_t i = 0; i < request.files; i++) {
    struct run_file *file = &content.files[i];
    if (i + request.driver_files == request.files) content.driver_bytes = cursor;
    file->path = cursor, cursor += strlen(cursor) + 1;
    memcpy(&file->length, cursor, sizeof file->length), cursor += sizeof file->length;
    file->bytes = cursor, file->descriptor = -1;
    if (file->length >= 0) cursor += file->length;
    else if (next < descriptor_count) file->descriptor = descriptors[next++];
    else return 0;
  }
  if (content.driver_bytes) content.drivers_size = (size_t)(cursor - content.driver_bytes);
  if (request.records) content.record = descriptors[descriptor_count - 1];
  return 1;
}

// A descriptor of the program's process. Its table is the worker's until its exec; with no exec it is its own.
static int give_descriptor(int descriptor, int number) {
  // Without close-on-exec, which all others have by now.
  if (!run.is_warm && !run.is_ahead) return dup2(descriptor, number);
  struct seccomp_notif_addfd given = {
      .id = gate, .flags = SECCOMP_ADDFD_FLAG_SETFD, .srcfd = (uint32_t)descriptor, .newfd = (uint32_t)number};
  if (run.is_ahead && ahead.closed_at_exec >> number & 1) given.newfd_flags = O_CLOEXEC;
  return ioctl(run.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &given);
}

// What belongs to no request alone, before there is one. The arguments will be in a file where the filter's listener was, which
// no program may have.
static int give_what_is_known(void) {
  const struct run_file *drivers = content.files + (request.files - request.driver_files);
  if (!learn_words(content.arguments[0], words_size())) return 0;
  show_words(&run, ready_words.bytes, ready_words.size, 0);
  run.arguments_fd = (int)syscall(SYS_memfd_create, "arguments", MFD_CLOEXEC);
  if (run.arguments_fd < 0 || give_descriptor(run.arguments_fd, parent_socket_fd) < 0) return 0;
  return put_drivers(&run, drivers, request.driver_files, content.driver_bytes, content.drivers_size) == 0;
}

// The arguments, each ended by a NUL.
static int give_arguments(void) {
  size_t size = words_size();
  if (!has_ready_words(content.arguments[0], size))
    show_words(&run, content.arguments[0], size, ready_words.size);
  return pwrite(run.arguments_fd, content.arguments[0], size, 0) == (ssize_t)size ? 0 : -1;
}

static int wait_again(void);

// What is empty is the host's null device, which the rules of a view know nothing of.
static int is_null_device(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

// Gives the program's process what the request says, and lets it through the gate.
static enum sandbox_step open_gate(void) {
  int owner = view.drops_to_outside_id ? outside_id : -1;
  size_t files = request.files - request.driver_files;
  if (put_drivers(&run, content.files + files, request.driver_files, content.driver_bytes, content.drivers_size) < 0 ||
      put_program(&run, content.files, files, owner) < 0)
    return sandbox_step_files;
  for (int i = 0; i < 3; i++)
    if (give_descriptor(is_null_device(descriptors[i]) ? view.empty_input : descriptors[i], i) < 0) return sandbox_step_spawn;
  if (content.report >= 0 && give_descriptor(content.report, sandbox_report_descriptor) < 0) return sandbox_step_spawn;
  if (run.is_warm && give_arguments() < 0) return sandbox_step_spawn;
  if (run.preference_fd >= 0) (void)!write(run.preference_fd, "1000", 4);
  run.executable = content.executable;
  run.arguments = content.arguments;
  run.environment = content.environment;
  for (;;) {
    // To one that was made to call it in place of read(2): that a byte came. The end of a file would be 0, as it is to a
    // driver.
    struct seccomp_notif_resp answer = {.id = gate, .val = run.is_warm};
    // The program may have ended before we are on a processor again.
    begun = now_microseconds();
    // On one where nobody else is exec(2) does not look for another.
    share_processor_of_calls(run.listener, 0);
    int is_open = ioctl(run.listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) == 0;
    share_processor_of_calls(run.listener, 1);
    if (is_open) return sandbox_step_none;
    if (errno != ENOENT || !(run.is_ahead ? wait_again() : wait_at_gate())) return sandbox_step_spawn;  // a signal makes it call again
  }
}

// The worker and those who share its memory are in the run's cgroup too: at its memory limit the kernel is to choose the
// program. It is said when that starts, for until its exec the memory is theirs too; in the child of a vfork it changes the
// child only (proc_pid_oom_score_adj(5)).
static void open_preference(void) {
  char path[40];
  snprintf(path, sizeof path, "%d/oom_score_adj", gate_process);
  if (view.cgroup.version && !run.is_warm) run.preference_fd = openat(view.host_proc, path, O_WRONLY | O_CLOEXEC);
}

// Before the program's process goes on.
static int begin_limits(void) {
  // It is in the cgroup, and where there is none, an account knows nothing of it but by what it was forked to.
  if (run.is_warm || view.cgroup.version) request.memory_bytes += (uint64_t)parent_memory_bytes(run.is_warm);
  return begin_cgroup_run(&view.cgroup, &request, count_parent(&view));
}

// Where the kernel groups by sessions (sched(7), autogroup): how much of a processor the program's gets beside others. Back to
// what is usual only a process may go at any time that may do all.
static int set_group_nice(const char *nice) {
  char path[40];
  if (!view.is_initial) return 0;
  snprintf(path, sizeof path, "%d/autogroup", run.process);
  int group = openat(view.host_proc, path, O_WRONLY | O_CLOEXEC);
  if (group < 0) return errno == ENOENT ? 0 : -1;
  ssize_t written = write(group, nice, strlen(nice));
  close(group);
  return written < 0 ? -1 : 0;
}

// Lets what is made ready become the interpreter. Until it is asked for it is to be in nobody's way.
static void start_ahead(void) {
  memset(&report, 0, sizeof report);
  run.is_ahead = 1;
  ahead.is_at_gate = 0;
  // All else that it has is on 0 to 2, and leads nowhere.
  if (request.has_report) dup2(view.null_device, sandbox_report_descriptor);
  if (run.preference_fd >= 0) (void)!write(run.preference_fd, "1000", 4);
  run.executable = ahead.executable;
  run.arguments = ahead.arguments;
  run.environment = ahead.environment;
  struct seccomp_notif_resp answer = {.id = gate};
  (void)set_group_nice("19");
  if (put_drivers(&run, ahead.drivers, request.driver_files, ahead.kind + ahead.words_size, ahead.size - ahead.words_size) < 0 ||
      begin_limits() < 0 || ioctl(run.listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0)
    discard();
}

static int ahead_failed(void) {
  ahead.failures++;
  ahead.has_failed = 1;
  return 0;
}

// An interpreter may have said so of its own as it started, Node does, and would have of those that replace them.
static int is_closed_at_exec(pid_t process, int number) {
  char path[40], text[256];
  unsigned flags = 0;
  snprintf(path, sizeof path, "%d/fdinfo/%d", process, number);
  int file = openat(view.host_proc, path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  text[length < 0 ? 0 : length] = 0;
  const char *at = strstr(text, "flags:");
  return at && sscanf(at + 6, "%o", &flags) == 1 && flags & O_CLOEXEC;
}

// Hears a call of what was started ahead. Returns 0 where it is to end.
static int hear_ahead(void) {
  struct seccomp_notif call;
  memset(&call, 0, sizeof call);
  if (ioctl(run.listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0) return 1;
  if (!is_gate_of_driver(&call)) return !answer_received(run.listener, &call) || ahead_failed();
  gate = call.id;
  gate_process = (pid_t)call.pid;
  ahead.closed_at_exec = 0;
  for (int number = 0; number <= sandbox_report_descriptor; number++)
    if (is_closed_at_exec(gate_process, number)) ahead.closed_at_exec |= 1u << number;
  return ahead.is_at_gate = 1;
}

// Waits for it to come to the gate, or for a message. Returns 0 where neither comes.
static int wait_ahead(int is_message) {
  int64_t until = now_microseconds() + longest_ahead_microseconds;
  for (;;) {
    if (ahead.is_at_gate && !is_message) return 1;
    int64_t left = until - now_microseconds();
    struct pollfd waits[3] = {{program_watch(), POLLIN, 0}, {control_fd, POLLIN, 0}, {run.listener, POLLIN, 0}};
    if (left > 0) (void)!poll(waits, 3, (int)(left / 1000) + 1);
    if (waits[0].revents) return ahead_failed();
    // While a run waits for it, what comes is its end.
    if (waits[1].revents) return is_message;
    if (left <= 0) return is_message ? 0 : ahead_failed();
    if (waits[2].revents & POLLIN && !hear_ahead()) return 0;
  }
}

static int wait_again(void) {
  ahead.is_at_gate = 0;
  return wait_ahead(0);
}

// Whether the request's run is what was started ahead.
static int is_ahead_for_request(void) {
  struct pollfd ended = {program_watch(), POLLIN, 0};
  if (!run.is_ahead) return 0;
  if (poll(&ended, 1, 0) != 0) return ahead_failed();
  if (request.starts_ahead && !request.records && is_alike() && is_ready_for(&request)) {
    if (set_group_nice("0") < 0) return ahead_failed();
    if (!wait_ahead(0)) return 0;
    ahead.wasted = ahead.failures = 0;
    return 1;
  }
  ahead.differs = 1;
  if (ahead.wasted < most_wasted) ahead.wasted++;
  return 0;
}

// Leaves nothing of an earlier run in the network namespace, whose processes have ended.
static int settle(void) {
  if (settle_sockets(parent_sockets()) == 0) return 1;
  end_space();
  end_parent();
  return renew_network(view.host_proc) == 0 && prepare_space(&run);
}

static int fork_it(void) {
  // Where sockets stay a start is cold.
  if (!prepare_space(&run) || settle_sockets(parent_sockets()) < 0) return 0;
  use_space();
  return fork_program(&run) == 0 && wait_at_gate() && give_what_is_known();
}

// The spawner, whose it has from birth, is on one (gather).
static int give_all_processors(pid_t process) {
  cpu_set_t own;
  return sched_getaffinity(0, sizeof own, &own) == 0 && sched_setaffinity(process, sizeof own, &own) == 0;
}

static int spawn_it(void) {
  if (!prepare_space(&run) || !settle()) return 0;
  // The program's process inherits it, and keeps it.
  offer_to_oom(&view.cgroup, 1);
  spawn(&run);
  int is_there = wait_at_gate() && give_all_processors(gate_process);
  offer_to_oom(&view.cgroup, 0);
  if (!is_there) {
    end_space();
    return 0;
  }
  run.process = gate_process;
  open_preference();
  return 1;
}

// Makes a run like the request ready, with such drivers: forked where there is a parent for it, else started. (The request
// may be forgotten before the run begins.)
static void make_ready(const char *driver_bytes, size_t drivers_size) {
  if (!view.has_namespaces) {
    begin_run(content.workspace, content.temporary, content.drivers, 0);
    offer_to_oom(&view.cgroup, 1);
    start_keeper();
    is_ready = keeper > 0 && wait_at_gate();
    offer_to_oom(&view.cgroup, 0);
    if (is_ready) open_preference();
    return;
  }
  if (can_fork()) {
    begin_run("/workspace", "/tmp", "/box/drivers", 1);
    run.driver_bytes = driver_bytes, run.drivers_size = drivers_size;
    if ((is_ready = fork_it())) return;
    discard();
  }
  begin_run("/workspace", "/tmp", "/box/drivers", 0);
  run.driver_bytes = driver_bytes, run.drivers_size = drivers_size;
  is_ready = spawn_it();
}

// A new process goes to another processor, which may be busy for milliseconds with what the caller does while a worker starts, and
// this one is idle then. So until the first program starts, what this process makes stays on the processor that it is on.
static cpu_set_t processors;
static int is_staying;

int stay_on_processor(cpu_set_t *one, cpu_set_t *before) {
  int processor = sched_getcpu();
  if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof *before, before) < 0) return 0;
  CPU_ZERO(one);
  CPU_SET(processor, one);
  return sched_setaffinity(0, sizeof *one, one) == 0;
}

static void use_all_processors(void) {
  pid_t ours[most_ours + 1];
  if (!is_staying) return;
  is_staying = 0;
  sched_setaffinity(0, sizeof processors, &processors);
  int count = list_ours(ours);
  ours[count++] = is_ready ? gate_process : 0;
  for (int i = 0; i < count; i++)
    if (ours[i] > 0 && !is_spawner(ours[i])) sched_setaffinity(ours[i], sizeof processors, &processors);
}

static enum sandbox_step start(void) {
  if (!decode()) {
    errno = EPROTO;
    return sandbox_step_spawn;
  }
  if (request.first_of_many && request.parent_arguments && view.has_namespaces && !is_any_parent()) {
    use_all_processors();
    discard();  // it would be beside the parent as that starts
    start_parent(&view, content.parent, content.environment, content.key, content.key_size);
  }
  if (is_ahead_for_request()) {
    if (open_gate() == sandbox_step_none) return sandbox_step_none;
    ahead_failed();
  }
  if (run.is_ahead || !is_ready_for(&request)) {
    discard();
    if (!view.has_namespaces && make_folders() < 0) return sandbox_step_mounts;
    make_ready(content.driver_bytes, content.drivers_size);
  }
  use_all_processors();
  if (!is_ready) {
    errno = run.step ? run.error : ECHILD;
    return run.step ? (enum sandbox_step)run.step : sandbox_step_spawn;
  }
  report.cold = why_cold();
  return begin_limits() < 0 ? sandbox_step_cgroup : open_gate();
}

// A session has its share of the processors for itself where the kernel groups by them (sched(7), autogroup): a worker is not
// behind whatever else its caller runs when it starts or ends a run. One that may fork is in the caller's, where a cgroup sees to
// the limits: by sched_yield(2) it then leaves the processor to who has a report to read, which would else wait until the next
// run is ready. What a terminal has signalled to the caller's group until here has waited, and is forgotten.
static void leave_group(void) {
  static int has_left;
  static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU};
  sigset_t none;
  if (has_left++) return;
  sigemptyset(&none);
  if (view.cgroup.version && message.run.parent_arguments) setpgid(0, 0);
  else setsid();
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) signal(signals[i], SIG_IGN), signal(signals[i], SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static void execute(void) {
  // What was started ahead can have been refused something already.
  if (!run.is_ahead) memset(&report, 0, sizeof report);
  request = message.run;
  asked = now_microseconds();
  stopped = next_exact = 0;
  if (!view.cgroup.version) begin_account(descriptors, descriptor_count);
  report.step = (int32_t)start();
  if (report.step) {
    report.error_number = errno;
    kill_run();
  } else {
    supervise(begun);
    report.wall_microseconds = (stopped ? stopped : now_microseconds()) - begun;
  }
  if (!view.cgroup.version) be_urgent(0);
  reap();
  // Nothing is left when the report is sent.
  if (view.has_namespaces && (report.end || report.step)) end_space();
  else if (view.has_namespaces && !is_cgroup_empty(&view.cgroup)) empty_space();
  if (view.has_namespaces) add_orphans(&run);
  report.is_warm = (uint32_t)(run.is_warm || run.is_ahead);
  // Who is killed has a status that tells nothing.
  if (report.end) run.has_wait_status = 0;
  end_cgroup_run(&view.cgroup);
  if (!view.has_namespaces) kill_descendants(view.host_proc);
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
  // Who was ended at the memory limit without being told so did not say where it was.
  if (!stopped && (report.end == sandbox_end_memory || report.memory_kills > 0)) report.reported_before_stop = INT64_MAX;
  // What it took to say where it was is not the program's.
  if (stopped) report.cpu_microseconds = cpu_when_stopped;
  struct statfs disk;
  if (run.workspace_fd >= 0 && fstatfs(run.workspace_fd, &disk) == 0 && view.has_namespaces) {
    report.disk_free_bytes = (int64_t)(disk.f_bfree * (uint64_t)disk.f_bsize);
    report.disk_used_bytes = (int64_t)((disk.f_blocks - disk.f_bfree) * (uint64_t)disk.f_bsize);
    report.inodes_free = (int64_t)disk.f_ffree;
  } else {
    report.disk_free_bytes = report.inodes_free = -1;
  }
}

// The workspace goes with the report where it was asked for, or where a file may have reached its limit.
static int answer(void) {
  int failed = report.has_wait_status && report.wait_status != 0;
  int workspace = run.workspace_fd;
  int sends = workspace >= 0 && !report.step &&
              (request.keep_workspace ||
               (failed && (!view.has_namespaces || report.disk_used_bytes >= (int64_t)request.file_size_bytes)));
  if (sends) give_workspace_away();
  // A kept one is removed by the caller once it is done with it.
  if (!view.has_namespaces && !sends && content.workspace) sandbox_remove_folder(base_folder());
  size_t unused = (sandbox_most_denials - report.denials) * sizeof report.denied[0];
  int status = sandbox_send(control_fd, &report, sizeof report - unused, &workspace, sends ? 1 : 0);
  // It was put on this processor, and what follows can wait.
  sched_yield();
  close_one(&run.workspace_fd);
  return status == 0;
}

// Who runs a program twice may run it many times: the next run is made ready while the caller looks at the
// report of this one.
static void make_next_ready(void) {
  static int runs, strangers;
  enum { few_strangers = 2, many_strangers = 8 };
  close_watches();
  int is_next_ahead = is_next_alike();
  int is_good = (++runs > 1 || is_next_ahead) && view.has_namespaces && report.has_wait_status && !report.step;
  // A run has to come again before a parent is started for its like, and often where that is in place of another.
  if (is_good && request.parent_arguments) {
    int is_known = has_parent(content.key, content.key_size);
    strangers = is_known ? 0 : strangers + 1;
    if (is_known ? is_parent_old() : strangers >= (is_any_parent() ? many_strangers : few_strangers)) {
      // Nothing of the run is to be beside it, nor to be taken for its own.
      empty_space();
      settle_sockets(parent_sockets());
      start_parent(&view, content.parent, content.environment, content.key, content.key_size);
      strangers = 0;
    }
  }
  if (is_good && is_next_ahead) {
    request = ahead.request;
    make_ready(ahead.kind + ahead.words_size, ahead.size - ahead.words_size);
  } else if (is_good) {
    make_ready(content.driver_bytes, content.drivers_size);
  } else {
    take_workspace_down();
  }
  if (is_good && is_next_ahead && is_ready) start_ahead();
}

// The program's process had its streams on 0 to 2 of the table that it shared with us until its exec: a copy
// left here would keep the pipes open. The numbers stay taken, so that nothing that arrives gets one.
static void close_streams(void) {
  for (int fd = 0; fd < 3; fd++) dup2(view.null_device, fd);
  dup3(view.null_device, sandbox_report_descriptor, O_CLOEXEC);
  for (size_t i = 0; i < descriptor_count; i++) close(descriptors[i]);
}

static void forget_request(void) {
  free(content.arguments), free(content.environment), free(content.files);
  if (content.mapped) munmap((void *)content.mapped, content.mapped_size);
  memset(&content, 0, sizeof content);
}

// Returns 0 where what is ready is not to be kept. Not for long: it is two processes more, one of which waits for the other
// as for a disk (TASK_KILLABLE), which counts as load. What was started ahead or forked does not.
static int wait_for_message(void) {
  enum { longest_ready_milliseconds = 100 };
  struct pollfd wait = {control_fd, POLLIN, 0};
  if (run.is_ahead) return wait_ahead(1);
  return poll(&wait, 1, run.is_warm ? longest_ahead_microseconds / 1000 : longest_ready_milliseconds) != 0;
}

_Noreturn void be_worker(int keeps_network, const cpu_set_t *allowed) {
  // The number of the control socket says nothing to exec: it must be closed there like all others.
  fcntl(control_fd, F_SETFD, FD_CLOEXEC);
  // What the caller has open without close-on-exec is none of a run's business.
  syscall(SYS_close_range, control_fd + 1, ~0u, 0);
  // Taken from now on, so that nothing else gets the number.
  dup3(control_fd, sandbox_report_descriptor, O_CLOEXEC);
  cpu_set_t one;
  is_staying = stay_on_processor(&one, &processors);
  if (allowed && CPU_COUNT(allowed) > 0) processors = *allowed;
  if (make_the_view(keeps_network)) {
    if (!view.cgroup.version) be_urgent(0);
    for (;;) {
      if (is_ready && !wait_for_message()) discard();
      size_t length = receive();
      if (length == 0) break;
      if (length < sizeof(struct sandbox_run_request)) continue;
      leave_group();
      execute();
      if (!answer()) break;
      // Not before: the caller would be woken by the end of each pipe, and then by the report.
      close_streams();
      make_next_ready();
      forget_request();
    }
    discard();
    end_space();
    end_parent();
  }
  if (view.cgroup.version) remove_cgroup(&view.cgroup);
  // A socket that is closed with something unread in it takes what was sent with it: that the view could not be made.
  shutdown(control_fd, SHUT_RD);
  while (receive() > 0)
    for (size_t i = 0; i < descriptor_count; i++) close(descriptors[i]);
  _exit(0);
}

// Before all other constructors, of which a worker needs none: those of Foundation alone take a millisecond.
__attribute__((constructor(101))) static void take_over(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[0], "ocisandbox-worker") == 0) be_worker(strcmp(argv[1], "host") == 0, NULL);
}
