// Built into a program that is run once more: reports each error of a system call that its code meets, which, about what
// path, and in which line. What the program does stays the same. A function that the program has of its own with such a
// name is used in place of the one here. The line of an address is told by the runtime of a sanitizer, or by libbacktrace.
#define _GNU_SOURCE
#define NO_ALIAS __attribute__((weak))
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <unwind.h>

enum { report = 5, key_size = 32, most = 40, longest = 400 };

void __sanitizer_symbolize_pc(void *pc, const char *format, char *text, size_t size) __attribute__((weak));
typedef void failed_callback(void *data, const char *message, int error);
typedef int place_callback(void *data, uintptr_t pc, const char *file, int line, const char *function);
void *backtrace_create_state(const char *file, int threaded, failed_callback *failed, void *data) __attribute__((weak));
int backtrace_pcinfo(void *state, uintptr_t pc, place_callback *place, failed_callback *failed, void *data)
    __attribute__((weak));
extern char __executable_start[], etext[];

static char key[key_size];
static uint64_t seen[most];
static int count;
static __thread int is_busy;

__attribute__((constructor)) static void begin(void) {
  if (pread(report, key, sizeof key, 0) != (ssize_t)sizeof key) count = most;
  lseek(report, 0, SEEK_END);
}

static int is_own(uintptr_t address) { return address > (uintptr_t)__executable_start && address < (uintptr_t)etext; }

// The innermost address of the program's own code outside of this file, from the one that is returned to.
struct search {
  uintptr_t from, found;
};

static _Unwind_Reason_Code look(struct _Unwind_Context *context, void *argument) {
  struct search *search = argument;
  uintptr_t address = _Unwind_GetIP(context);
  if (address == search->from) search->from = 0;
  if (search->from || !is_own(address)) return _URC_NO_REASON;
  search->found = address;
  return _URC_END_OF_STACK;
}

struct place {
  char file[1024];
  int line;
};

static void fail(void *data, const char *message, int error) { (void)data, (void)message, (void)error; }

// Of what was put into the line of another function, the innermost comes first.
static int keep(void *data, uintptr_t pc, const char *file, int line, const char *function) {
  struct place *place = data;
  if (file && line > 0) snprintf(place->file, sizeof place->file, "%s", file), place->line = line;
  (void)pc, (void)function;
  return place->line > 0;
}

static void find(uintptr_t pc, struct place *place) {
  char line[24] = "";
  if (backtrace_pcinfo) {
    static void *state;
    if (!state) state = backtrace_create_state("/proc/self/exe", 1, fail, NULL);
    if (state) backtrace_pcinfo(state, pc, keep, fail, place);
  } else if (__sanitizer_symbolize_pc) {
    __sanitizer_symbolize_pc((void *)pc, "%s", place->file, sizeof place->file);
    __sanitizer_symbolize_pc((void *)pc, "%l", line, sizeof line);
    place->line = atoi(line);
  }
}

static uint64_t mixed(uint64_t hash, const char *text) {
  while (text && *text) hash = (hash ^ (unsigned char)*text++) * 0x100000001b3ull;
  return hash;
}

static void put(FILE *to, const char *text) {
  fputc('"', to);
  for (int i = 0; text[i] && i < longest; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte < 32 || byte == '"' || byte == '\\' || byte == 127) fprintf(to, "\\u%04x", byte);
    else fputc(byte, to);
  }
  fputc('"', to);
}

// The path as the kernel takes it, of one that begins in a folder. Where ".." is in it, links decide.
static const char *whole(int folder, const char *path, char *to, size_t size) {
  char link[40];
  ssize_t length;
  if (!path || *path == '/' || !*path || strstr(path, "..")) return path;
  snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
  if ((length = readlink(link, to, size - 1)) <= 0 || *to != '/') return path;
  snprintf(to + length, size - (size_t)length, "%s%s", length > 1 ? "/" : "", path);
  return to;
}

__attribute__((noinline)) static void note(void *from, const char *call, int folder, const char *path, int error) {
  if (is_busy || count >= most) return;
  if (error != EPERM && error != ENOENT && error != EACCES && error != EROFS && error != ENOSYS && error != ENETUNREACH) return;
  is_busy = 1;
  struct search search = {(uintptr_t)from, is_own((uintptr_t)from) ? (uintptr_t)from : 0};
  if (!search.found) _Unwind_Backtrace(look, &search);
  struct place place = {"", 0};
  char joined[5000], text[8192];
  if (search.found) find(search.found - 1, &place);
  if (place.line > 0) {
    path = whole(folder, path, joined, sizeof joined);
    uint64_t hash = mixed(mixed(0xcbf29ce484222325ull + (uint64_t)error * 65537 + (uint64_t)place.line, place.file), path ? path : call);
    int known = 0;
    while (known < count && seen[known] != hash) known++;
    if (known == count) {
      seen[count++] = hash;
      FILE *to = fmemopen(text, sizeof text, "w");
      fprintf(to, "%.*s {\"kind\": \"denial\", \"errno\": %d, ", key_size, key, error);
      if (path) fputs("\"path\": ", to), put(to, path), fputs(", ", to);
      else fprintf(to, "\"call\": \"%s\", ", call);
      fputs("\"place\": {\"file\": ", to), put(to, place.file), fprintf(to, ", \"line\": %d}}\n", place.line);
      long length = ftell(to);
      fclose(to);
      (void)!write(report, text, (size_t)length);
    }
  }
  is_busy = 0;
}

#define SAME(type, failure, name, call, folder, path, parameters, arguments)     \
  NO_ALIAS type name parameters {                                          \
    static type(*real) parameters;                                         \
    if (!real) real = (type(*) parameters)dlsym(RTLD_NEXT, #name);         \
    type result = real arguments;                                          \
    int error = errno;                                                     \
    if (result == (type)failure) note(__builtin_return_address(0), call, folder, path, error); \
    errno = error;                                                         \
    return result;                                                         \
  }
#define AT_PATH(type, failure, name, parameters, arguments) SAME(type, failure, name, NULL, AT_FDCWD, path, parameters, arguments)
#define IN_FOLDER(name, parameters, arguments) SAME(int, -1, name, NULL, folder, path, parameters, arguments)
#define WITHOUT_PATH(name, parameters, arguments) SAME(int, -1, name, #name, AT_FDCWD, NULL, parameters, arguments)

// The mode is passed on whether it was given or not, as libc does.
#define OPENS(name)                                                        \
  NO_ALIAS int name(const char *path, int flags, ...) {                    \
    static int (*real)(const char *, int, ...);                            \
    if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
    va_list list;                                                          \
    va_start(list, flags);                                                 \
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, int) : 0;      \
    va_end(list);                                                          \
    int result = real(path, flags, mode), error = errno;                   \
    if (result < 0) note(__builtin_return_address(0), NULL, AT_FDCWD, path, error);       \
    errno = error;                                                         \
    return result;                                                         \
  }
#define OPENS_IN_FOLDER(name)                                              \
  NO_ALIAS int name(int folder, const char *path, int flags, ...) {        \
    static int (*real)(int, const char *, int, ...);                       \
    if (!real) real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, #name); \
    va_list list;                                                          \
    va_start(list, flags);                                                 \
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, int) : 0;      \
    va_end(list);                                                          \
    int result = real(folder, path, flags, mode), error = errno;           \
    if (result < 0) note(__builtin_return_address(0), NULL, folder, path, error);         \
    errno = error;                                                         \
    return result;                                                         \
  }

OPENS(open)
OPENS(open64)
OPENS_IN_FOLDER(openat)
OPENS_IN_FOLDER(openat64)
AT_PATH(int, -1, creat, (const char *path, mode_t mode), (path, mode))
AT_PATH(FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
AT_PATH(FILE *, NULL, fopen64, (const char *path, const char *mode), (path, mode))
AT_PATH(FILE *, NULL, freopen, (const char *path, const char *mode, FILE *file), (path, mode, file))
AT_PATH(DIR *, NULL, opendir, (const char *path), (path))
AT_PATH(int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
AT_PATH(int, -1, rmdir, (const char *path), (path))
AT_PATH(int, -1, unlink, (const char *path), (path))
AT_PATH(int, -1, remove, (const char *path), (path))
AT_PATH(int, -1, rename, (const char *path, const char *to), (path, to))
AT_PATH(int, -1, link, (const char *path, const char *to), (path, to))
AT_PATH(int, -1, symlink, (const char *to, const char *path), (to, path))
AT_PATH(int, -1, chmod, (const char *path, mode_t mode), (path, mode))
AT_PATH(int, -1, chown, (const char *path, uid_t user, gid_t group), (path, user, group))
AT_PATH(int, -1, lchown, (const char *path, uid_t user, gid_t group), (path, user, group))
AT_PATH(int, -1, truncate, (const char *path, off_t length), (path, length))
AT_PATH(int, -1, access, (const char *path, int mode), (path, mode))
AT_PATH(int, -1, chdir, (const char *path), (path))
AT_PATH(int, -1, chroot, (const char *path), (path))
AT_PATH(int, -1, mkfifo, (const char *path, mode_t mode), (path, mode))
AT_PATH(int, -1, mknod, (const char *path, mode_t mode, dev_t device), (path, mode, device))
AT_PATH(ssize_t, -1, readlink, (const char *path, char *to, size_t size), (path, to, size))
AT_PATH(int, -1, execve, (const char *path, char *const words[], char *const variables[]), (path, words, variables))
AT_PATH(int, -1, execv, (const char *path, char *const words[]), (path, words))
#if __GLIBC_PREREQ(2, 33)
AT_PATH(int, -1, stat, (const char *path, struct stat *status), (path, status))
AT_PATH(int, -1, lstat, (const char *path, struct stat *status), (path, status))
AT_PATH(int, -1, stat64, (const char *path, struct stat64 *status), (path, status))
AT_PATH(int, -1, lstat64, (const char *path, struct stat64 *status), (path, status))
IN_FOLDER(fstatat, (int folder, const char *path, struct stat *status, int flags), (folder, path, status, flags))
#endif
IN_FOLDER(mkdirat, (int folder, const char *path, mode_t mode), (folder, path, mode))
IN_FOLDER(unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
IN_FOLDER(faccessat, (int folder, const char *path, int mode, int flags), (folder, path, mode, flags))

WITHOUT_PATH(socket, (int family, int type, int protocol), (family, type, protocol))
WITHOUT_PATH(unshare, (int flags), (flags))
WITHOUT_PATH(setns, (int descriptor, int type), (descriptor, type))
WITHOUT_PATH(sethostname, (const char *name, size_t size), (name, size))
WITHOUT_PATH(personality, (unsigned long persona), (persona))
WITHOUT_PATH(mount, (const char *from, const char *to, const char *type, unsigned long flags, const void *data), (from, to, type, flags, data))
WITHOUT_PATH(umount2, (const char *path, int flags), (path, flags))
WITHOUT_PATH(inotify_init, (void), ())
WITHOUT_PATH(inotify_init1, (int flags), (flags))
WITHOUT_PATH(setpriority, (int which, unsigned who, int priority), (which, who, priority))

#define SIX(type, name)                                        \
  NO_ALIAS long name(type first, ...) {                                    \
    static long (*real)(type, ...);                                        \
    if (!real) real = (long (*)(type, ...))dlsym(RTLD_NEXT, #name);        \
    va_list list;                                                          \
    long given[6];                                                         \
    va_start(list, first);                                                 \
    for (int i = 0; i < 6; i++) given[i] = va_arg(list, long);             \
    va_end(list);                                                          \
    long result = real(first, given[0], given[1], given[2], given[3], given[4], given[5]); \
    int error = errno;                                                     \
    if (result == -1) note(__builtin_return_address(0), #name, AT_FDCWD, NULL, error);    \
    errno = error;                                                         \
    return result;                                                         \
  }
SIX(long, syscall)
SIX(int, ptrace)

NO_ALIAS int connect(int descriptor, const struct sockaddr *address, socklen_t size) {
  static int (*real)(int, const struct sockaddr *, socklen_t);
  if (!real) real = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
  int result = real(descriptor, address, size), error = errno;
  const struct sockaddr_un *local = (const struct sockaddr_un *)address;
  int has_path = address && address->sa_family == AF_UNIX && local->sun_path[0];
  if (result < 0) note(__builtin_return_address(0), "connect", AT_FDCWD, has_path ? local->sun_path : NULL, error);
  errno = error;
  return result;
}
