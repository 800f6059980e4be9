// The file system of a run: one tmpfs for its workspace, its /tmp and its drivers. Where a run has changed nothing in it the next
// has the same one, for to make one, and to take it down, takes longer than all else that a run needs.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "worker.h"

enum { workspace_mode = 0755 };
static const char *const paths[2] = {"/box/workspace", "/box/tmp"};

static struct {
  int is_there;
  // Whether what is in it is known: what this process put there, beside what a run may have.
  int is_known;
  struct sandbox_run_request limits;  // that it was made for
  int root, folders[2], drivers, rules;
  // With no more than the drivers in it.
  uint64_t free_blocks, free_inodes;
  // The number that the last inode got, and how many this process made since: tmpfs counts them.
  uint64_t number, made;
  struct statx_timestamp changed[2];  // the folders, before the run
  char files[1024];                   // their names, each ended by a NUL
  size_t files_size;
} box = {.root = -1, .folders = {-1, -1}, .drivers = -1, .rules = -1};

// The drivers that are there, with their names.
static char *driver_bytes;
static size_t drivers_size;

static int failed(struct run *run) {
  run->step = sandbox_step_mounts;
  run->error = errno;
  return -1;
}

static int note_free(void) {
  struct statfs disk;
  if (fstatfs(box.root, &disk) < 0) return -1;
  box.free_blocks = disk.f_bfree;
  box.free_inodes = disk.f_ffree;
  return 0;
}

static int open_folder(const char *path) { return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

static int make_folder(int index, int owner) {
  const char *path = paths[index];
  if (mkdir(path, workspace_mode) < 0 || (owner >= 0 && chown(path, (uid_t)owner, (gid_t)owner) < 0)) return -1;
  // Bound where the program has it: the path without "/box".
  if (mount(path, path + 4, NULL, MS_BIND, NULL) < 0) return -1;
  box.folders[index] = open_folder(path + 4);
  return box.folders[index] < 0 ? -1 : 0;
}

static int make(struct run *run) {
  uint64_t drivers = run->limits.driver_files;
  char options[160];
  struct stat last;
  // Its size and inodes bound the workspace and /tmp together; besides there are its root and the two folders, the drivers and theirs.
  snprintf(options, sizeof options, "mode=711,size=%llu,nr_inodes=%llu",
           (unsigned long long)(run->limits.disk_bytes + run->limits.driver_bytes),
           (unsigned long long)(run->limits.inodes + 3 + (drivers ? drivers + 1 : 0)));
  if (mount("tmpfs", "/box", "tmpfs", MS_NOSUID | MS_NODEV, options) < 0) return failed(run);
  box.is_there = 1;
  box.limits = run->limits;
  box.made = box.files_size = 0;
  int owner = run->view->drops_to_outside_id ? outside_id : -1;
  box.root = open_folder("/box");
  if (box.root < 0 || make_folder(0, owner) < 0 || make_folder(1, owner) < 0) return failed(run);
  if (drivers && (mkdir(run->drivers, 0755) < 0 || (box.drivers = open_folder(run->drivers)) < 0)) return failed(run);
  if (fstat(drivers ? box.drivers : box.folders[1], &last) < 0 || note_free() < 0) return failed(run);
  box.number = last.st_ino;
  // A program that has this process's user could change what is not meant for it.
  box.is_known = owner >= 0;
  // When the drivers were read last, which stay, is told to nobody. The folders are mounts of their own.
  if (box.is_known && mount(NULL, "/box", NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOATIME, NULL) < 0)
    return failed(run);
  if (run->view->landlock_abi > 0) {
    run->workspace_fd = box.folders[0];
    box.rules = make_rules(run);
    run->workspace_fd = -1;
    if (box.rules < 0) return -1;
  }
  return 0;
}

static int hand_over(struct run *run) {
  run->workspace_fd = fcntl(box.folders[0], F_DUPFD_CLOEXEC, 3);
  run->drivers_fd = box.drivers < 0 ? -1 : fcntl(box.drivers, F_DUPFD_CLOEXEC, 3);
  run->rules_fd = box.rules < 0 ? -1 : fcntl(box.rules, F_DUPFD_CLOEXEC, 3);
  int is_whole = run->workspace_fd >= 0 && (run->drivers_fd >= 0) == (box.drivers >= 0) &&
                 (run->rules_fd >= 0) == (box.rules >= 0);
  return is_whole ? 0 : failed(run);
}

int make_workspace(struct run *run) { return make(run) < 0 ? -1 : hand_over(run); }

int has_other_drivers(const char *bytes, size_t size) {
  return driver_bytes && (drivers_size != size || memcmp(driver_bytes, bytes, size) != 0);
}

int may_hand_on_workspace(const struct run *run) {
  const struct sandbox_run_request *now = &run->limits, *made = &box.limits;
  return box.is_there && box.is_known && now->disk_bytes == made->disk_bytes && now->inodes == made->inodes &&
         now->driver_files == made->driver_files && now->driver_bytes == made->driver_bytes && !has_other_drivers(run->driver_bytes, run->drivers_size);
}

int put_drivers(const struct run *run, const struct run_file *files, size_t count, const char *bytes, size_t size) {
  if (!count || (driver_bytes && run->view->has_namespaces)) return 0;
  if (put_files(files, count, run->workspace_fd, run->drivers_fd, -1) < 0) return -1;
  if (!run->view->has_namespaces) return 0;
  driver_bytes = malloc(size);
  if (!driver_bytes) return -1;
  memcpy(driver_bytes, bytes, size);
  drivers_size = size;
  box.made += count;
  return note_free();
}

static int look_at_folder(int index, struct statx *found) {
  return statx(box.folders[index], "", AT_EMPTY_PATH, STATX_BASIC_STATS, found);
}

int put_program(const struct run *run, const struct run_file *files, size_t count, int owner) {
  if (put_files(files, count, run->workspace_fd, run->drivers_fd, owner) < 0) return -1;
  if (!run->view->has_namespaces || !box.is_known) return 0;
  for (size_t i = 0; i < count && box.is_known; i++) {
    size_t length = strlen(files[i].path) + 1;
    // Of those in folders of their own not all is remembered.
    box.is_known = !strchr(files[i].path, '/') && length <= sizeof box.files - box.files_size;
    if (box.is_known) memcpy(box.files + box.files_size, files[i].path, length), box.files_size += length;
  }
  box.made += count;
  for (int i = 0; i < 2; i++) {
    struct statx now;
    if (look_at_folder(i, &now) < 0) return -1;
    box.changed[i] = now.stx_ctime;
  }
  return 0;
}

void give_workspace_away(void) { box.is_known = 0; }

// A folder tells of most that is done in it by its time of change, which is exact since Linux 6.13, and else that of the
// latest tick: so what stays is looked for, too.
static int is_folder_untouched(int index) {
  struct statx now;
  uint64_t attributes = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND | STATX_ATTR_NODUMP | STATX_ATTR_COMPRESSED;
  return look_at_folder(index, &now) == 0 && now.stx_mode == (S_IFDIR | workspace_mode) && now.stx_uid == outside_id &&
         now.stx_gid == outside_id && !(now.stx_attributes & attributes) &&
         now.stx_ctime.tv_sec == box.changed[index].tv_sec && now.stx_ctime.tv_nsec == box.changed[index].tv_nsec &&
         flistxattr(box.folders[index], NULL, 0) <= 0;
}

// Removes what this process put there for the last run. Returns whether all of it was still there.
static int remove_program(void) {
  for (const char *name = box.files; name < box.files + box.files_size; name += strlen(name) + 1)
    if (unlinkat(box.folders[0], name, 0) < 0) return 0;
  box.files_size = 0;
  return 1;
}

// Whether no inode was made in it but by this process: the next to be made tells.
static int is_number_next(void) {
  struct stat next;
  int file = openat(box.root, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) return 0;
  int is_next = fstat(file, &next) == 0 && next.st_ino == box.number + box.made + 1;
  close(file);
  box.number = next.st_ino, box.made = 0;
  return is_next;
}

int hand_on_workspace(struct run *run) {
  struct statfs disk;
  int is_same = is_folder_untouched(0) && is_folder_untouched(1) && remove_program() && fstatfs(box.root, &disk) == 0 &&
                disk.f_bfree == box.free_blocks && disk.f_ffree == box.free_inodes && is_number_next() &&
                futimens(box.folders[0], NULL) == 0 && futimens(box.folders[1], NULL) == 0;
  if (is_same && hand_over(run) == 0) return 1;
  box.is_known = 0;
  // A new one may do.
  run->step = run->error = 0;
  close_one(&run->workspace_fd), close_one(&run->drivers_fd), close_one(&run->rules_fd);
  return 0;
}

static void forget(void) {
  box.is_there = box.is_known = 0;
  free(driver_bytes), driver_bytes = NULL;
  int *descriptors[] = {&box.root, &box.folders[0], &box.folders[1], &box.drivers, &box.rules};
  for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++) close_one(descriptors[i]);
}

// Both folders go into the tmpfs that they are of, so that they go with it: one is taken down, not three.
static void move_folders(const char *root) {
  for (int i = 0; i < 2; i++) {
    char into[40];
    snprintf(into, sizeof into, "%s%s", root, paths[i] + 4);
    if (mount(paths[i] + 4, into, NULL, MS_MOVE, NULL) < 0) umount2(paths[i] + 4, MNT_DETACH);
  }
}

int move_workspace_aside(void) {
  enum { little = 1 << 20 };
  struct statfs disk;
  if (!box.is_there) return 0;
  int is_little = fstatfs(box.root, &disk) == 0 && (disk.f_blocks - disk.f_bfree) * (uint64_t)disk.f_bsize <= little;
  forget();
  box.is_there = 1;
  if (!is_little || mount("/box", "/old/box", NULL, MS_MOVE, NULL) < 0) {
    take_workspace_down();
    return 0;
  }
  box.is_there = 0;
  move_folders("/old/box");
  return 1;
}

void take_workspace_down(void) {
  if (!box.is_there) return;
  forget();
  move_folders("/box");
  umount2("/box", MNT_DETACH);
}
