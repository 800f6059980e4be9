// The probe: a program that tries one thing from inside a sandbox and prints what the kernel answered.
//
//     probe WHAT ARGUMENT...
//
// It prints one number: what the call returned, or -errno. It is linked with nothing, not even libc, so that
// it runs where a policy shows no library, and so that the calls it makes are those that it is told to make.
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <stddef.h>
#include <stdint.h>

#include "raw.h"

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call start\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n  mov x0, sp\n  bl start\n");
#endif

// The compiler may call these two by itself.
void *memset(void *to, int value, size_t count) {
  for (volatile uint8_t *at = to; count--; at++) *at = (uint8_t)value;
  return to;
}
void *memcpy(void *to, const void *from, size_t count) {
  volatile uint8_t *at = to;
  for (const uint8_t *next = from; count--;) *at++ = *next++;
  return to;
}

static int is(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static size_t length(const char *text) {
  size_t count = 0;
  while (text[count]) count++;
  return count;
}

static long number(const char *text) {
  long value = 0, sign = 1;
  if (*text == '-') sign = -1, text++;
  for (; *text >= '0' && *text <= '9'; text++) value = value * 10 + (*text - '0');
  return sign * value;
}

static void put(long value) {
  char digits[24], *at = digits + sizeof digits;
  unsigned long rest = value < 0 ? 0ul - (unsigned long)value : (unsigned long)value;
  *--at = '\n';
  do *--at = (char)('0' + rest % 10), rest /= 10;
  while (rest);
  if (value < 0) *--at = '-';
  raw_(__NR_write, 1, at, digits + sizeof digits - at);
}

static _Noreturn void leave(int status) {
  for (;;) raw_(__NR_exit_group, status);
}

// A page of its own, for what is touched.
static char *pages(size_t size) {
  long at = raw_(__NR_mmap, 0, size, 3 /* read, write */, 0x22 /* private, anonymous */, -1, 0);
  return at < 0 && at > -4096 ? NULL : (char *)at;
}

static long make(void) {  // fork(2), which aarch64 does not have
  return raw_(__NR_clone, 17 /* SIGCHLD */, 0, 0, 0, 0);
}

static long wait_for(long child) {
  int status = 0;
  raw_(__NR_wait4, child, &status, 0, 0);
  return status;
}

static long open_file(const char *path, int flags) { return raw_(__NR_openat, AT_FDCWD, path, flags, 0644); }

struct address {
  uint16_t family;
  uint8_t rest[126];
};

// family type protocol: a socket, closed again.
static long try_socket(char **arguments) {
  return raw_(__NR_socket, number(arguments[0]), number(arguments[1]), number(arguments[2]));
}

// type port a b c d: IPv4.
static long try_connect(char **arguments) {
  struct address address = {2, {0}};
  long port = number(arguments[1]);
  address.rest[0] = (uint8_t)(port >> 8), address.rest[1] = (uint8_t)port;
  for (int i = 0; i < 4; i++) address.rest[2 + i] = (uint8_t)number(arguments[2 + i]);
  long fd = raw_(__NR_socket, 2, number(arguments[0]), 0);
  if (fd < 0) return fd;
  long status = raw_(__NR_connect, fd, &address, 16);
  if (status == 0) status = raw_(__NR_sendto, fd, "x", 1, 0x4000 /* MSG_NOSIGNAL */, 0, 0);
  return status;
}

// name [type]: an abstract socket; a path where it starts with '/'.
static long try_connect_unix(char **arguments, int count) {
  struct address address = {1, {0}};
  size_t size = length(arguments[0]), at = arguments[0][0] == '/' ? 0 : 1;
  if (size > 100) return -36;
  memcpy(address.rest + at, arguments[0], size);
  long fd = raw_(__NR_socket, 1, count > 1 ? number(arguments[1]) : 1, 0);
  return fd < 0 ? fd : raw_(__NR_connect, fd, &address, 2 + at + size + (at ? 0 : 1));
}

// netlink(7): asks for the links (RTM_GETLINK), and returns how many bytes are answered.
static long try_netlink(void) {
  struct {
    uint32_t length;
    uint16_t type, flags;
    uint32_t sequence, port;
    uint8_t family[16];
  } request = {32, 18, 0x301 /* request, dump */, 1, 0, {0}};
  char answer[512];
  long fd = raw_(__NR_socket, 16, 3, 0);
  if (fd < 0) return fd;
  long sent = raw_(__NR_sendto, fd, &request, sizeof request, 0, 0, 0);
  return sent < 0 ? sent : raw_(__NR_recvfrom, fd, answer, sizeof answer, 0x40 /* MSG_DONTWAIT */, 0, 0);
}

// vsock(7): connects to port 1 of the host, where nothing is.
static long try_vsock(void) {
  struct {
    uint16_t family, reserved;
    uint32_t port, context;
    uint8_t rest[4];
  } address = {40, 0, 1, 2, {0}};
  long fd = raw_(__NR_socket, 40, 1 | 0x800 /* SOCK_NONBLOCK */, 0);
  return fd < 0 ? fd : raw_(__NR_connect, fd, &address, sizeof address);
}

static long try_execute(const char *path) {
  long child = make();
  if (child < 0) return child;
  if (child == 0) {
    const char *arguments[] = {path, "--version", NULL}, *environment[] = {NULL};
    long null = open_file("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) raw_(__NR_dup3, null, fd, 0);
    long error = raw_(__NR_execve, path, arguments, environment);
    leave(100 + (int)(-error & 63));
  }
  long status = wait_for(child) >> 8 & 0xff;
  return status > 100 && status < 164 ? -(status - 100) : 0;
}

static long try_memory(long mebibytes) {
  for (long i = 0; i < mebibytes; i++) {
    char *page = pages(1 << 20);
    if (!page) return -12;
    for (size_t at = 0; at < 1 << 20; at += 4096) page[at] = 1;
  }
  return 0;
}

// Makes processes that wait until there are as many as asked for; returns how many there were.
static long try_processes(long count) {
  long made = 0, error = 0;
  for (; made < count; made++) {
    long child = make();
    if (child < 0) {
      error = child;
      break;
    }
    if (child == 0) {
      struct { long seconds, nanoseconds; } time = {30, 0};
      raw_(__NR_nanosleep, &time, 0);
      leave(0);
    }
  }
  return error ? error : made;
}

static long try_disk(long mebibytes, const char *folder) {
  char path[64], *block = pages(1 << 20);
  if (!block) return -12;
  memset(block, 1, 1 << 20);
  size_t size = length(folder);
  if (size > 40) return -36;
  memcpy(path, folder, size);
  for (long file = 0, written = 0; written < mebibytes; file++) {
    path[size] = '/', path[size + 1] = (char)('a' + file / 26 % 26), path[size + 2] = (char)('a' + file % 26), path[size + 3] = 0;
    long fd = open_file(path, O_CREAT | O_WRONLY);
    if (fd < 0) return fd;
    for (long i = 0; i < 4 && written < mebibytes; i++, written++)
      for (long at = 0; at < 1 << 20;) {
        long count = raw_(__NR_write, fd, block + at, (1 << 20) - at);
        if (count < 0) return count;
        at += count;
      }
    raw_(__NR_close, fd);
  }
  return 0;
}

static long try_files(long count) {
  for (long i = 0; i < count; i++) {
    char name[16] = "f00000000";
    for (long at = 8, rest = i; at > 0; at--, rest /= 10) name[at] = (char)('0' + rest % 10);
    long fd = open_file(name, O_CREAT | O_WRONLY);
    if (fd < 0) return fd;
    raw_(__NR_close, fd);
  }
  return 0;
}

static long try_file_size(long mebibytes) {
  long fd = open_file("large", O_CREAT | O_WRONLY);
  // SIGXFSZ is ignored: the answer is wanted, not the signal.
  struct { long handler, flags, restorer, mask; } ignore = {1, 0, 0, 0};
  raw_(__NR_rt_sigaction, 25, &ignore, 0, 8);
  return fd < 0 ? fd : raw_(__NR_ftruncate, fd, mebibytes << 20);
}

static long try_open_files(long count) {
  for (long i = 0; i < count; i++) {
    long fd = raw_(__NR_dup, 1);
    if (fd < 0) return fd;
  }
  return 0;
}

static long try_output(long mebibytes) {
  char *block = pages(1 << 20);
  if (!block) return -12;
  memset(block, 'x', 1 << 20);
  for (long i = 0; i < mebibytes; i++)
    for (long at = 0; at < 1 << 20;) {
      long count = raw_(__NR_write, 1, block + at, (1 << 20) - at);
      if (count < 0) return count;
      at += count;
    }
  return 0;
}

// Not turned into a loop.
__attribute__((noinline, optnone)) static long use_stack(long kibibytes) {
  volatile char part[1024];
  part[0] = (char)kibibytes, part[1023] = 1;
  return kibibytes > 0 ? use_stack(kibibytes - 1) + part[1023] - 1 : 0;
}

static long try_descriptors(void) {
  long count = 0;
  for (long fd = 3; fd < 65536; fd++) count += raw_(__NR_fcntl, fd, 1 /* F_GETFD */, 0) >= 0;
  return count;
}

#if defined(__x86_64__)
// getpid through int 0x80, the entry of i386.
static long try_i386(void) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
  return (int)result;
}
#endif

static long perform(const char *what, char **arguments, int count, char **environment) {
  const char *first = count > 0 ? arguments[0] : "";
  if (is(what, "read-file")) {
    char byte;
    long fd = open_file(first, O_RDONLY), status = fd < 0 ? fd : raw_(__NR_read, fd, &byte, 1);
    return status == -21 /* EISDIR: it was opened */ ? 0 : status;
  }
  if (is(what, "write-file")) return open_file(first, O_WRONLY | O_CREAT);
  if (is(what, "overwrite-file")) return open_file(first, O_WRONLY);
  if (is(what, "execute")) return try_execute(first);
  if (is(what, "socket") && count == 3) return try_socket(arguments);
  if (is(what, "connect") && count == 6) return try_connect(arguments);
  if (is(what, "connect-unix")) return try_connect_unix(arguments, count);
  if (is(what, "netlink")) return try_netlink();
  if (is(what, "vsock")) return try_vsock();
  if (is(what, "system-call")) {
    long which = number(first);
    if (which == __NR_clone) return raw_(which, ~0xffl, -1, -1, -1, -1);
#if defined(__x86_64__)
    // Its child would print too, or run on the same stack.
    if (which == __NR_fork || which == __NR_vfork) which = __NR_fork;
#endif
    long status = raw_(which, -1, -1, -1, -1, -1, -1);
#if defined(__x86_64__)
    if (which == __NR_fork && status == 0) leave(0);
#endif
    return status;
  }
  if (is(what, "clone")) {
    long status = raw_(__NR_clone, number(first) | 17, 0, 0, 0, 0);
    if (status == 0) leave(0);
    return status;
  }
  if (is(what, "unshare")) return raw_(__NR_unshare, number(first));
  if (is(what, "fork")) {
    long child = make();
    if (child == 0) leave(7);
    return child < 0 ? child : wait_for(child) >> 8 == 7 ? 0 : -10;
  }
  if (is(what, "signal-others")) return raw_(__NR_kill, -1, 0);
  if (is(what, "signal")) return raw_(__NR_kill, number(first), 0);
  if (is(what, "terminal-input")) return raw_(__NR_ioctl, 0, number(first), "x");
  if (is(what, "memory")) return try_memory(number(first));
  if (is(what, "processes")) return try_processes(number(first));
  if (is(what, "disk") && count == 2) return try_disk(number(first), arguments[1]);
  if (is(what, "files")) return try_files(number(first));
  if (is(what, "file-size")) return try_file_size(number(first));
  if (is(what, "open-files")) return try_open_files(number(first));
  if (is(what, "output")) return try_output(number(first));
  if (is(what, "stack")) return use_stack(number(first));
  if (is(what, "compute")) for (volatile long i = 0;; i++) {}
  if (is(what, "sleep")) {
    struct { long seconds, nanoseconds; } time = {number(first), 0};
    return raw_(__NR_nanosleep, &time, 0);
  }
  if (is(what, "descriptors")) return try_descriptors();
  if (is(what, "environment")) {
    for (; *environment; environment++) {
      raw_(__NR_write, 2, *environment, length(*environment));
      raw_(__NR_write, 2, "\n", 1);
    }
    return 0;
  }
#if defined(__x86_64__)
  if (is(what, "x32")) return raw_(0x40000000 | 39 /* getpid */);
  if (is(what, "i386")) return try_i386();
#endif
  return -38;
}

__attribute__((used)) _Noreturn void start(long *stack) {
  int count = (int)stack[0];
  char **arguments = (char **)(stack + 1), **environment = arguments + count + 1;
  if (count < 2) leave(64);
  put(perform(arguments[1], arguments + 2, count - 2, environment));
  leave(0);
}
