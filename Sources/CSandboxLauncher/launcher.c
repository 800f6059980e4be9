// The launcher: the caller's own executable, started again under the name below. A constructor takes
// over before the caller's main, so this process has no threads and none of the caller's memory.
// Descriptors: 0-2 the program's streams, 3 the request, 4 the control socket.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sandbox_launcher.h"

enum { request_fd = 3, control_fd = 4, program_id = 1000, host_id = 65534 };

static struct sandbox_report *report;  // shared with init and the program's process until its exec
static const struct sandbox_request *request;
static const char **arguments, **environment, **readable, **allowed, **refused;
static const char *executable, *files;
static struct sock_fprog filter;

static _Noreturn void fail(enum sandbox_step step) {
  int number = errno;
  if (!report->step) report->error_number = number, report->step = step;
  _exit(1);
}
#define CHECK(step, call) \
  do {                    \
    if ((call) < 0) fail(step); \
  } while (0)

static const char **strings(const char **cursor, uint32_t count) {
  const char **list = calloc(count + 1, sizeof *list);
  if (!list) fail(sandbox_step_spawn);
  for (uint32_t i = 0; i < count; i++) list[i] = *cursor, *cursor += strlen(*cursor) + 1;
  return list;
}

// seccomp(2): allow-list; unknown calls ENOSYS, so that libc falls back; refused ones EPERM. clone3 is
// never allowed, for its flags are behind a pointer: libc then uses clone, whose flags are checked.
static void make_filter(void) {
  scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
  if (!context) fail(sandbox_step_filter);
  seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  unsigned namespaces = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC |
                        CLONE_NEWUTS | CLONE_NEWCGROUP;
  int status = seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                SCMP_A0_64(SCMP_CMP_MASKED_EQ, namespaces, 0));
  for (int which = 0; which < 2; which++) {
    const char **list = which ? refused : allowed;
    for (; *list; list++) {
      int number = seccomp_syscall_resolve_name(*list);
      if (number == __NR_SCMP_ERROR) errno = EINVAL, fail(sandbox_step_filter);
      if (number < 0) continue;  // not on this architecture
      status |= seccomp_rule_add(context, which ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_ALLOW, number, 0);
    }
  }
  // Sockets within the sandbox only: no address family that leaves it.
  status |= seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
                             SCMP_A0_64(SCMP_CMP_EQ, 1 /* AF_UNIX */, 0));
  status |= seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                             SCMP_A0_64(SCMP_CMP_NE, 1, 0));
  int memory = memfd_create("filter", MFD_CLOEXEC);
  if (status || memory < 0 || seccomp_export_bpf(context, memory) < 0) {
    if (status) errno = EINVAL;
    fail(sandbox_step_filter);
  }
  off_t size = lseek(memory, 0, SEEK_END);
  filter.len = (unsigned short)((size_t)size / sizeof(struct sock_filter));
  filter.filter = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, memory, 0);
  if (filter.filter == MAP_FAILED) fail(sandbox_step_filter);
  close(memory);
  seccomp_release(context);
}

static void make_folders(char *path) {  // mkdir -p
  for (char *at = path + 1; *at; at++)
    if (*at == '/') *at = 0, mkdir(path, 0755), *at = '/';
  mkdir(path, 0755);
}

static void bind_path(const char *root, const char *source) {
  char target[4096], link[4096];
  struct stat status;
  if (snprintf(target, sizeof target, "%s%s", root, source) >= (int)sizeof target)
    errno = ENAMETOOLONG, fail(sandbox_step_mounts);
  if (lstat(source, &status) < 0) {
    if (errno == ENOENT) return;  // /lib64 is absent on some machines
    fail(sandbox_step_mounts);
  }
  char *slash = strrchr(target, '/');
  *slash = 0, make_folders(target), *slash = '/';
  if (S_ISLNK(status.st_mode)) {
    ssize_t length = readlink(source, link, sizeof link - 1);
    CHECK(sandbox_step_mounts, length);
    link[length] = 0;
    CHECK(sandbox_step_mounts, symlink(link, target));
    return;
  }
  if (S_ISDIR(status.st_mode)) {
    mkdir(target, 0755);
  } else {
    int fd = open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    CHECK(sandbox_step_mounts, fd);
    close(fd);
  }
  CHECK(sandbox_step_mounts, mount(source, target, NULL, MS_BIND | MS_REC, NULL));
  if (S_ISCHR(status.st_mode)) return;
  struct { uint64_t set, clear, propagation, user; } attributes = {
      0x1 /* RDONLY */ | 0x2 /* NOSUID */ | 0x4 /* NODEV */, 0, 0, 0};
  CHECK(sandbox_step_mounts,
        syscall(SYS_mount_setattr, -1, target, 0x8000 /* AT_RECURSIVE */, &attributes, sizeof attributes));
}

static void make_view(void) {
  static const char *devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
  const char *root = "/tmp";  // hidden by the new root until pivot_root
  char options[128];
  CHECK(sandbox_step_mounts, mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
  CHECK(sandbox_step_mounts, mount("tmpfs", root, "tmpfs", MS_NOSUID, "size=1m,nr_inodes=512,mode=755"));
  for (const char **path = readable; *path; path++) bind_path(root, *path);
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) bind_path(root, devices[i]);
  CHECK(sandbox_step_mounts, chdir(root));
  const char *folders[] = {"proc", "box", "workspace", "tmp", "etc", "old"};
  for (size_t i = 0; i < 6; i++) CHECK(sandbox_step_mounts, mkdir(folders[i], 0755));
  CHECK(sandbox_step_mounts, symlink("/proc/self/fd", "dev/fd"));
  CHECK(sandbox_step_mounts, symlink("/tmp", "dev/shm"));
  CHECK(sandbox_step_mounts, mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "subset=pid"));
  snprintf(options, sizeof options, "size=%llu,nr_inodes=%llu,mode=755",
           (unsigned long long)request->disk_bytes, (unsigned long long)request->inodes);
  CHECK(sandbox_step_mounts, mount("tmpfs", "box", "tmpfs", MS_NOSUID | MS_NODEV, options));
  const char *writable[] = {"box/workspace", "box/tmp"};
  for (size_t i = 0; i < 2; i++) {
    CHECK(sandbox_step_mounts, mkdir(writable[i], 0755));
    CHECK(sandbox_step_mounts, chown(writable[i], program_id, program_id));
    CHECK(sandbox_step_mounts, mount(writable[i], writable[i] + 4, NULL, MS_BIND, NULL));
  }
  CHECK(sandbox_step_mounts, syscall(SYS_pivot_root, ".", "old"));
  CHECK(sandbox_step_mounts, umount2("/old", MNT_DETACH));
  CHECK(sandbox_step_mounts, rmdir("/old"));
  CHECK(sandbox_step_mounts,
        mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL));
  CHECK(sandbox_step_mounts, chdir("/workspace"));
  CHECK(sandbox_step_namespaces, sethostname("sandbox", 7));
}

static void put_files(void) {
  const char *cursor = files;
  for (uint32_t i = 0; i < request->files; i++) {
    const char *path = cursor;
    uint64_t length;
    cursor += strlen(path) + 1;
    memcpy(&length, cursor, sizeof length);
    cursor += sizeof length;
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0755);
    CHECK(sandbox_step_files, fd);
    for (uint64_t at = 0; at < length;) {
      ssize_t count = write(fd, cursor + at, length - at);
      CHECK(sandbox_step_files, count);
      at += (uint64_t)count;
    }
    CHECK(sandbox_step_files, fchown(fd, program_id, program_id));
    close(fd);
    cursor += length;
  }
}

static void limit(int resource, uint64_t soft, uint64_t hard) {
  struct rlimit value = {soft, hard};
  CHECK(sandbox_step_limits, setrlimit(resource, &value));
}

// landlock(7). Access rights by ABI: 1 the first 13, 2 REFER, 3 TRUNCATE, 4 TCP, 5 IOCTL_DEV, 6 scopes.
static void enter_landlock(void) {
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return;  // reported as ABI 0; the caller decides whether that is enough
  struct { uint64_t files, network, scoped; } handled = {
      (1ull << (abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13)) - 1, abi >= 4 ? 3 : 0,
      abi >= 6 ? 3 : 0};
  size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
  int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
  CHECK(sandbox_step_landlock, rules);
  uint64_t read_only = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  const char *writable[] = {"/workspace", "/tmp", "/dev", NULL}, *system[] = {"/proc", "/etc", NULL};
  const char **lists[] = {readable, system, writable};
  for (int which = 0; which < 3; which++)
    for (const char **path = lists[which]; *path; path++) {
      int fd = open(*path, O_PATH | O_CLOEXEC);
      if (fd < 0) continue;
      struct stat status;
      uint64_t access = which == 2 ? handled.files : read_only;
      if (fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode)) access &= ~LANDLOCK_ACCESS_FS_READ_DIR;
      struct landlock_path_beneath_attr rule = {access, fd};
      CHECK(sandbox_step_landlock,
            syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
      close(fd);
    }
  CHECK(sandbox_step_landlock, syscall(SYS_landlock_restrict_self, rules, 0));
  close(rules);
  report->landlock_abi = (int32_t)abi;
}

static _Noreturn void become_program(void) {
  setsid();
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
  limit(RLIMIT_CORE, 0, 0);
  // Only a backstop: the kernel counts whole ticks here, and under load is early by a tenth.
  limit(RLIMIT_CPU, request->cpu_milliseconds / 1000 + 2, request->cpu_milliseconds / 1000 + 3);
  limit(RLIMIT_FSIZE, request->file_size_bytes, request->file_size_bytes);
  limit(RLIMIT_NOFILE, request->open_files, request->open_files);
  limit(RLIMIT_NPROC, request->processes, request->processes);
  limit(RLIMIT_STACK, request->stack_bytes, request->stack_bytes);
  // Bounding set first: it needs CAP_SETPCAP, which leaving uid 0 takes away.
  for (int capability = 0; capability < 64; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno != EINVAL)
      fail(sandbox_step_capabilities);
  gid_t no_groups[1];
  if (syscall(SYS_setgroups, 0, no_groups) < 0 && errno != EPERM) fail(sandbox_step_credentials);
  CHECK(sandbox_step_credentials, setresgid(program_id, program_id, program_id));
  CHECK(sandbox_step_credentials, setresuid(program_id, program_id, program_id));
  CHECK(sandbox_step_capabilities, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct nothing[2] = {{0, 0, 0}, {0, 0, 0}};
  CHECK(sandbox_step_capabilities, syscall(SYS_capset, &header, nothing));
  enter_landlock();
  CHECK(sandbox_step_execute, syscall(SYS_close_range, 3, ~0u, 0));
  CHECK(sandbox_step_seccomp, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
  execve(executable, (char *const *)arguments, (char *const *)environment);
  fail(sandbox_step_execute);
}

// Pid 1 of the sandbox: builds it, starts the program, reaps. Its end kills everything that is left.
static _Noreturn void be_init(int mapped) {
  char go;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || read(mapped, &go, 1) != 1) fail(sandbox_step_user_map);
  close(mapped);
  // Only now: while not dumpable, /proc/PID/uid_map belongs to root. From here on the program, which
  // may have this process's uid, can open neither its memory nor its folders in /proc.
  CHECK(sandbox_step_namespaces, prctl(PR_SET_DUMPABLE, 0));
  make_view();
  put_files();
  pid_t program = fork();
  CHECK(sandbox_step_spawn, program);
  if (program == 0) become_program();
  for (int fd = 0; fd < 3; fd++) close(fd);
  for (;;) {
    int status;
    pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno != EINTR) _exit(1);
    if (ended != program) continue;
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    report->cpu_microseconds = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000ll +
                               usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    report->wait_status = status;
    report->has_wait_status = 1;
    _exit(0);
  }
}

static void write_map(pid_t child, const char *name, const char *text) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", child, name);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) fail(sandbox_step_user_map);
  close(fd);
}

static char *read_text(const char *path, char *text, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t count = fd < 0 ? 0 : read(fd, text, size - 1);
  if (fd >= 0) close(fd);
  text[count > 0 ? count : 0] = 0;
  return text;
}

struct usage {
  uint64_t ticks, resident_kib, exact_kib;
};

static uint64_t field(const char *text, const char *name) {
  const char *at = strstr(text, name);
  return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

// Adds up a process and all its living descendants: CPU time with that of waited-for children, in clock
// ticks (proc_pid_stat(5)); anonymous and shared memory (proc_pid_status(5)), which counts pages shared
// after fork once a process, or, where `exact`, by proportion (proc_pid_smaps(5), dear). Orphans become
// init's children, so from init on nothing is missed but the CPU time of children whose parent ignores
// SIGCHLD (the wall clock bounds it) and memfds that nobody maps.
static void add_usage(pid_t process, int exact, struct usage *sum) {
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%d/stat", process);
  char *fields = strrchr(read_text(path, text, sizeof text), ')');  // the name may hold anything
  unsigned long own[4] = {0};
  if (!fields || sscanf(fields + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu",
                        &own[0], &own[1], &own[2], &own[3]) != 4)
    return;
  sum->ticks += own[0] + own[1] + own[2] + own[3];
  snprintf(path, sizeof path, "/proc/%d/status", process);
  read_text(path, text, sizeof text);
  sum->resident_kib += field(text, "\nRssAnon:") + field(text, "\nRssShmem:");
  if (exact) {
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", process);
    read_text(path, text, sizeof text);
    sum->exact_kib += field(text, "\nPss_Anon:") + field(text, "\nPss_Shmem:");
  }
  // Each thread has its own list of children. The buffer holds 512 of them and the stack as many levels:
  // the caller allows no more processes than that.
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *threads = opendir(path);
  for (struct dirent *thread; threads && (thread = readdir(threads));) {
    if (thread->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%.16s/children", process, thread->d_name);
    char *cursor = read_text(path, text, sizeof text), *end;
    for (long child; (child = strtol(cursor, &end, 10)) > 0; cursor = end)
      add_usage((pid_t)child, exact, sum);
  }
  if (threads) closedir(threads);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000ll + time.tv_nsec / 1000;
}

static void launch(void) {
  struct stat status;
  CHECK(sandbox_step_spawn, fstat(request_fd, &status));
  request = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, request_fd, 0);
  if (request == MAP_FAILED) fail(sandbox_step_spawn);
  const char *cursor = (const char *)(request + 1);
  executable = cursor, cursor += strlen(cursor) + 1;
  arguments = strings(&cursor, request->arguments);
  environment = strings(&cursor, request->environment);
  readable = strings(&cursor, request->readable);
  allowed = strings(&cursor, request->allowed);
  refused = strings(&cursor, request->refused);
  files = cursor;
  make_filter();

  int mapped[2];
  CHECK(sandbox_step_spawn, pipe2(mapped, O_CLOEXEC));
  int64_t start = now();
  long flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
               CLONE_NEWCGROUP | SIGCHLD;
  pid_t child = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
  CHECK(sandbox_step_namespaces, child);
  if (child == 0) {
    close(mapped[1]);
    be_init(mapped[0]);
  }
  close(mapped[0]);
  for (int fd = 0; fd < 3; fd++) close(fd);
  char map[64];
  if (geteuid() == 0) {
    snprintf(map, sizeof map, "0 0 1\n%d %d 1\n", program_id, host_id);
    write_map(child, "uid_map", map);
    write_map(child, "gid_map", map);
  } else {
    snprintf(map, sizeof map, "%d %d 1\n", program_id, (int)geteuid());
    write_map(child, "uid_map", map);
    write_map(child, "setgroups", "deny");
    snprintf(map, sizeof map, "%d %d 1\n", program_id, (int)getegid());
    write_map(child, "gid_map", map);
  }
  CHECK(sandbox_step_user_map, write(mapped[1], "g", 1));
  int watch = (int)syscall(SYS_pidfd_open, child, 0);
  CHECK(sandbox_step_spawn, watch);
  int64_t cpu_limit = (int64_t)request->cpu_milliseconds, cpu_used = 0;
  int64_t tick = sysconf(_SC_CLK_TCK);
  for (;;) {
    int64_t left = (int64_t)request->wall_milliseconds - (now() - start) / 1000;
    int64_t pause = 10;  // memory can be filled at about 1.5 MiB a millisecond and processor
    struct pollfd waits[2] = {{watch, POLLIN, 0}, {control_fd, POLLIN, 0}};
    poll(waits, 2, (int)(left < pause ? (left > 0 ? left : 0) : pause));
    if (waits[0].revents) break;
    struct usage sum = {0, 0, 0};
    add_usage(child, 0, &sum);
    if (sum.resident_kib * 1024 > request->memory_bytes) {
      struct usage exact = {0, 0, 0};
      add_usage(child, 1, &exact);
      sum.resident_kib = exact.exact_kib;
      report->memory_limit_hit = exact.exact_kib * 1024 > request->memory_bytes;
    }
    if ((int64_t)sum.resident_kib * 1024 > report->peak_memory_bytes)
      report->peak_memory_bytes = (int64_t)sum.resident_kib * 1024;
    cpu_used = (int64_t)sum.ticks * 1000 / tick;
    if (cpu_used >= cpu_limit) report->cpu_limit_hit = 1, report->cpu_microseconds = cpu_used * 1000;
    if ((now() - start) / 1000 >= (int64_t)request->wall_milliseconds) report->wall_limit_hit = 1;
    // Control is readable when the caller is gone or wants the run ended.
    if (report->cpu_limit_hit || report->wall_limit_hit || report->memory_limit_hit ||
        waits[1].revents) {
      kill(child, SIGKILL);
      break;
    }
  }
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
  }
  report->wall_microseconds = now() - start;
}

__attribute__((constructor)) static void take_over(int argc, char **argv) {
  if (argc != 1 || strcmp(argv[0], "ocisandbox-launcher") != 0) return;
  signal(SIGPIPE, SIG_IGN);
  report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (report == MAP_FAILED) _exit(1);
  // The work is done in a child so that a failure at any step still leaves someone to report it.
  pid_t worker = fork();
  if (worker == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    launch();
    _exit(0);
  }
  for (int fd = 0; fd < 3; fd++) close(fd);
  while (worker > 0 && waitpid(worker, NULL, 0) < 0 && errno == EINTR) {
  }
  if (worker < 0) report->step = sandbox_step_spawn, report->error_number = errno;
  ssize_t ignored = write(control_fd, report, sizeof *report);
  (void)ignored;
  _exit(0);
}
