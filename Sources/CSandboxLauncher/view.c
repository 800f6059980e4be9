// The part of the isolation that is made once for a worker and kept: namespaces, the read-only root,
// the program's user namespace.
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

// user_namespaces(7): the initial one maps every id to itself.
static int is_initial_user_namespace(void) {
  unsigned inside = 1, outside = 1, count = 0;
  FILE *file = fopen("/proc/self/uid_map", "re");
  if (!file) return 0;
  int found = fscanf(file, "%u %u %u", &inside, &outside, &count);
  fclose(file);
  return found == 3 && inside == 0 && outside == 0 && count == ~0u;
}

static int has_capability(unsigned capability) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) < 0) return 0;
  return (data[capability / 32].effective >> (capability % 32)) & 1;
}

static int write_file(int folder, const char *path, const char *text) {
  int fd = openat(folder, path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t count = write(fd, text, strlen(text));
  int error = errno;
  close(fd);
  errno = error;
  return count < 0 ? -1 : 0;
}

static int map_process(int proc, pid_t process, unsigned inside, unsigned outside_uid, unsigned outside_gid) {
  char path[64], map[64];
  snprintf(path, sizeof path, "%d/gid_map", process);
  snprintf(map, sizeof map, "%u %u 1\n", inside, outside_gid);
  if (write_file(proc, path, map) < 0) return -1;
  snprintf(path, sizeof path, "%d/uid_map", process);
  snprintf(map, sizeof map, "%u %u 1\n", inside, outside_uid);
  return write_file(proc, path, map);
}

// The program's user namespace, nested in the worker's: a parent of it owns every mount, so that even a
// program that regained capabilities could not mount. Made by a child that ends; the descriptor keeps it.
static int make_program_namespace(struct view *view, int nested) {
  int ready[2], go[2];
  char byte, path[64];
  if (pipe2(ready, O_CLOEXEC) || pipe2(go, O_CLOEXEC)) return -1;
  pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    close(ready[0]), close(go[1]);
    int ok = unshare(CLONE_NEWUSER) == 0;
    byte = ok ? 0 : (char)errno;
    if (write(ready[1], &byte, 1) == 1) (void)!read(go[0], &byte, 1);
    _exit(0);
  }
  close(ready[1]), close(go[0]);
  int result = -1, error = EIO;
  if (read(ready[0], &byte, 1) == 1) {
    error = byte;
    if (byte == 0) {
      // Root drops to the host's "nobody"; where that id is not to be had, and for all others, the
      // program keeps the worker's own.
      snprintf(path, sizeof path, "%d/setgroups", child);
      if (nested) write_file(view->host_proc, path, "deny");
      if (!nested && map_process(view->host_proc, child, inside_id, outside_id, outside_id) == 0) {
        view->drops_to_outside_id = 1;
        result = 0;
      } else {
        write_file(view->host_proc, path, "deny");
        result = map_process(view->host_proc, child, inside_id, geteuid(), getegid());
      }
      error = errno;
      if (result == 0) {
        snprintf(path, sizeof path, "%d/ns/user", child);
        result = view->program_namespace = openat(view->host_proc, path, O_RDONLY | O_CLOEXEC);
        error = errno;
      }
    }
  }
  close(go[1]), close(ready[0]);
  waitpid(child, NULL, 0);
  errno = error;
  return result;
}

static void make_folders(char *path) {  // mkdir -p
  for (char *at = path + 1; *at; at++)
    if (*at == '/') *at = 0, mkdir(path, 0755), *at = '/';
  mkdir(path, 0755);
}

static int restrict_mount(const char *target, uint64_t set, unsigned flags) {
  struct {
    uint64_t set, clear, propagation, user;
  } attributes = {set, 0, 0, 0};
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, target, flags, &attributes, sizeof attributes);
}

enum { attr_rdonly = 1, attr_nosuid = 2, attr_nodev = 4, attr_noexec = 8 };

// A missing path is left out. A link is made again as the link it is, so its target must be exposed too.
static int bind_path(const char *root, const char *source, uint64_t attributes) {
  char target[4096], link[4096];
  struct stat status, existing;
  if (snprintf(target, sizeof target, "%s%s", root, source) >= (int)sizeof target) {
    errno = ENAMETOOLONG;
    return -1;
  }
  if (lstat(source, &status) < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -1;
  char *slash = strrchr(target, '/');
  *slash = 0, make_folders(target), *slash = '/';
  if (S_ISLNK(status.st_mode)) {
    ssize_t length = readlink(source, link, sizeof link - 1);
    if (length < 0) return -1;
    link[length] = 0;
    return symlink(link, target) < 0 && errno != EEXIST ? -1 : 0;
  }
  if (S_ISDIR(status.st_mode)) {
    mkdir(target, 0755);
  } else if (lstat(target, &existing) < 0) {
    int fd = open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0) return -1;
    close(fd);
  }
  if (mount(source, target, NULL, MS_BIND | MS_REC, NULL) < 0) return -1;
  return restrict_mount(target, attributes, 0x8000 /* AT_RECURSIVE */);
}

static int put_text(const char *path, const char *text) {
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (fd < 0) return errno == EEXIST ? 0 : -1;
  int result = write(fd, text, strlen(text)) < 0 ? -1 : 0;
  close(fd);
  return result;
}

// A run copies every mount: so what is small is copied into the root instead.
static int copy_file(const char *root, const char *path) {
  char target[256];
  snprintf(target, sizeof target, "%s/etc", root);
  mkdir(target, 0755);
  snprintf(target, sizeof target, "%s%s", root, path);
  int from = open(path, O_RDONLY | O_CLOEXEC);
  if (from < 0) return 0;
  int to = open(target, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  ssize_t count = 1;
  while (to >= 0 && count > 0) count = sendfile(to, from, NULL, 1 << 20);
  close(from);
  if (to >= 0) close(to);
  return to < 0 || count < 0 ? -1 : 0;
}

// One small file system with the devices, where we may make them: else each is a mount.
static int make_devices(const char *root) {
  static const struct {
    const char *name;
    unsigned minor;
  } devices[] = {{"null", 3}, {"zero", 5}, {"full", 7}, {"random", 8}, {"urandom", 9}};
  char path[256];
  snprintf(path, sizeof path, "%s/dev", root);
  mkdir(path, 0755);
  if (mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NOEXEC, "size=64k,nr_inodes=32,mode=755") < 0) return -1;
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
    snprintf(path, sizeof path, "%s/dev/%s", root, devices[i].name);
    // A user namespace's tmpfs takes the node but does not open it, so that is tried.
    int fd = mknod(path, S_IFCHR | 0666, makedev(1, devices[i].minor)) < 0 || chmod(path, 0666) < 0
                 ? -1
                 : open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
      snprintf(path, sizeof path, "%s/dev", root);
      umount2(path, MNT_DETACH);
      return -1;
    }
    close(fd);
  }
  return 0;
}

#define TRY(call) \
  do {            \
    if ((call) < 0) return sandbox_step_mounts; \
  } while (0)

// The new root hides what is under the place where it is mounted, until pivot_root(2): so no readable
// path may be there.
static const char *choose_mount_point(const char **readable) {
  static const char *places[] = {"/tmp", "/mnt", "/run", "/var", "/srv"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    size_t length = strlen(places[i]);
    int is_free = access(places[i], F_OK) == 0;
    for (const char **path = readable; *path; path++)
      if (strncmp(*path, places[i], length) == 0 && ((*path)[length] == '/' || !(*path)[length])) is_free = 0;
    if (is_free) return places[i];
  }
  return "/tmp";
}

static enum sandbox_step make_root(const char **readable, int is_initial) {
  static const char *devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
  const char *root = choose_mount_point(readable);
  TRY(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
  TRY(mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=4m,nr_inodes=4096,mode=755"));
  for (const char **path = readable; *path; path++)
    TRY(bind_path(root, *path, attr_rdonly | attr_nosuid | attr_nodev));
  if (make_devices(root) < 0)
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
      // The host's own nodes: read-only keeps their times and modes, and not from being written to.
      TRY(bind_path(root, devices[i], attr_rdonly | attr_nosuid | attr_noexec));
  // The loader's index and Debian's links to the chosen implementation: names of installed software,
  // nothing of the host's own.
  TRY(copy_file(root, "/etc/ld.so.cache"));
  TRY(bind_path(root, "/etc/alternatives", attr_rdonly | attr_nosuid | attr_nodev));

  TRY(chdir(root));
  const char *folders[] = {"proc", "box", "workspace", "tmp", "etc", "old"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (mkdir(folders[i], 0755) < 0 && errno != EEXIST) return sandbox_step_mounts;
  TRY(put_text("etc/passwd",
               "root:x:0:0:root:/:/usr/sbin/nologin\nsandbox:x:1000:1000::/workspace:/bin/sh\n"
               "nobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n"));
  TRY(put_text("etc/group", "root:x:0:\nsandbox:x:1000:\nnogroup:x:65534:\n"));
  TRY(put_text("etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost\n"));
  TRY(put_text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"));
  TRY(symlink("/proc/self/fd", "dev/fd"));
  TRY(symlink("/proc/self/fd/0", "dev/stdin"));
  TRY(symlink("/proc/self/fd/1", "dev/stdout"));
  TRY(symlink("/proc/self/fd/2", "dev/stderr"));
  TRY(symlink("/tmp", "dev/shm"));
  // The links are made: now nothing more is. (Not an own mount where the devices are bound one by one.)
  restrict_mount("dev", attr_rdonly | attr_nosuid | attr_noexec, 0);
  // A process of a user namespace may mount a new /proc only where one is in view already. The run's
  // own covers this one, and has no way to uncover it.
  if (!is_initial) (void)!mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL);
  TRY(syscall(SYS_pivot_root, ".", "old"));
  TRY(umount2("/old", MNT_DETACH));
  // Where a workspace is put aside until it is taken down: no program gets into the folder around it, whose mode it
  // cannot change, for the root is read-only.
  TRY(mkdir("/old/box", 0));
  TRY(chmod("/old", 0));
  TRY(chdir("/"));
  return restrict_mount("/", attr_rdonly | attr_nosuid | attr_nodev, 0) < 0 ? sandbox_step_mounts
                                                                             : sandbox_step_none;
}

static int raise_loopback(void) {
  struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
  memcpy(request.ifr_name, "lo", 3);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int result = ioctl(fd, SIOCSIFFLAGS, &request);
  close(fd);
  return result;
}

static enum sandbox_step make_namespaces(int keeps_network, struct view *view) {
  unsigned euid = geteuid(), egid = getegid();
  // Root in a plain container often lacks CAP_SYS_ADMIN; a user namespace may give it there too.
  int nested = !has_capability(CAP_SYS_ADMIN) || !has_capability(CAP_SETUID) || !has_capability(CAP_SETGID);
  view->is_initial = !nested && is_initial_user_namespace();
  if (nested) {
    if (unshare(CLONE_NEWUSER) < 0) return sandbox_step_namespaces;
    write_file(view->host_proc, "self/setgroups", "deny");
    if (map_process(view->host_proc, getpid(), 0, euid, egid) < 0) return sandbox_step_user_map;
  }
  int flags = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
  if (!keeps_network) flags |= CLONE_NEWNET;
  if (unshare(flags) < 0) return sandbox_step_namespaces;
  if (!keeps_network) watch_sockets(view->host_proc);
  if (sethostname("sandbox", 7) < 0) return sandbox_step_namespaces;
  if (make_program_namespace(view, nested) < 0) return sandbox_step_user_map;
  // From here on the program, which may have this process's uid, can open neither its memory nor its
  // folders in /proc. Not before: while not dumpable, the maps in /proc belong to root.
  return prctl(PR_SET_DUMPABLE, 0) < 0 ? sandbox_step_namespaces : sandbox_step_none;
}

enum sandbox_step prepare_view(int keeps_network, struct view *view) {
  view->program_namespace = -1;
  view->host_proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (view->host_proc < 0) return sandbox_step_mounts;
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  view->landlock_abi = abi < 1 ? 0 : (int)abi;
  view->landlock_error = abi < 0 ? errno : 0;
  view->cgroup = make_cgroup();
  return make_namespaces(keeps_network, view);
}

enum sandbox_step make_view(enum sandbox_step step, const struct sandbox_view_request *request, struct view *view) {
  view->has_network = request->network != sandbox_network_none;
  if (!step && request->network == sandbox_network_loopback && raise_loopback() < 0) step = sandbox_step_namespaces;
  if (!step) step = make_root(view->readable, view->is_initial);
  if (!step) {
    view->has_namespaces = 1;
    view->has_fresh_ipc = (int)request->fresh_ipc;
    view->root = open("/", O_PATH | O_CLOEXEC);
    view->devices = open("/dev", O_PATH | O_CLOEXEC);
    if (view->root < 0 || view->devices < 0) return sandbox_step_mounts;
    // The caller's keys are none of a program's (keyctl(2)). Who cannot make a keyring has no keys.
    if (request->has_keys) syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL);
    if (view->cgroup.version) view->cgroup.own_processes = 3;
  }
  if (step && request->degraded) {
    view->has_namespaces = 0;
    view->drops_to_outside_id = has_capability(CAP_SETUID) && has_capability(CAP_SETGID);
    if (prctl(PR_SET_DUMPABLE, 0) < 0) return sandbox_step_namespaces;
    return sandbox_step_none;
  }
  return step;
}
