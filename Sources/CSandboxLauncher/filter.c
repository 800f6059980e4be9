// The system call filter, compiled on the caller's side (libseccomp allocates) and kept per policy.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "worker.h"

// Compares the lower 32 bits of an argument under a mask: all that the kernel looks at in an int, so that
// set upper bits are no way around (CVE-2019-10063). libseccomp's own SCMP_A0_32 compares all 64.
static int allow_masked(scmp_filter_ctx context, int call, unsigned argument, uint32_t mask, uint32_t value) {
  return seccomp_rule_add(context, SCMP_ACT_ALLOW, call, 1,
                          ((struct scmp_arg_cmp){argument, SCMP_CMP_MASKED_EQ, mask, value}));
}

static int allow_clone(scmp_filter_ctx context, int only_threads) {
  uint64_t thread = only_threads ? CLONE_THREAD : 0;
  return seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                          SCMP_A0_64(SCMP_CMP_MASKED_EQ, namespace_flags | thread, thread));
}

// What programs ask of terminals, pipes and files. Any other request is put to the worker, which answers as
// for a descriptor that does not know it. So TIOCSTI and TIOCLINUX, which push input into a terminal
// (CVE-2017-5226), do not get through, also not with upper bits set that the kernel ignores (CVE-2019-10063).
static int allow_ioctl(scmp_filter_ctx context) {
  uint32_t requests[] = {TCGETS,  TCSETS,   TCSETSW,  TCSETSF,  TIOCGPGRP, TIOCSPGRP, TIOCGWINSZ,
                         TIOCOUTQ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX,   FIOASYNC,  FICLONE};
  int status = 0;
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
    status |= seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                               ((struct scmp_arg_cmp){1, SCMP_CMP_EQ, requests[i], 0}));
  return status;
}

// All but leases and notices of folders (is_command_of_others): the kernel looks at the lower 32 bits.
static int allow_fcntl(scmp_filter_ctx context) {
  const struct {
    uint32_t mask, value;
  } commands[] = {{~63u, 0}, {~0u, F_GETLEASE}, {~0u, F_NOTIFY + 1}, {~3u, F_NOTIFY + 2}, {~7u, F_NOTIFY + 6}};
  int status = 0;
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    status |= allow_masked(context, SCMP_SYS(fcntl), 1, commands[i].mask, commands[i].value);
  return status;
}

static int allow_socket(scmp_filter_ctx context, uint32_t network) {
  uint32_t families[] = {AF_UNIX, AF_INET, AF_INET6};
  int status = 0;
  for (size_t i = 0; i < (network == sandbox_network_none ? 1 : 3); i++)
    status |= allow_masked(context, SCMP_SYS(socket), 0, ~0u, families[i]);
  return status;
}

// libseccomp takes the numbers of this machine, or its own negative ones of calls that this machine does not have,
// and writes those of the context's architecture (seccomp_rule_add(3)).
static int number_here(uint32_t architecture, int number) {
  if (architecture == seccomp_arch_native()) return number;
  char *name = seccomp_syscall_resolve_num_arch(architecture, number);
  int here = name ? seccomp_syscall_resolve_name(name) : __NR_SCMP_ERROR;
  free(name);
  return here;
}

long sandbox_export_filter(uint32_t architecture, const int32_t *allowed, size_t count, uint32_t network,
                           int only_threads, void **instructions) {
  *instructions = NULL;
  scmp_filter_ctx context = seccomp_init(SCMP_ACT_NOTIFY);
  if (!context) return -ENOMEM;
  int status = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_NOTIFY);
  if (architecture != seccomp_arch_native())
    status |= seccomp_arch_add(context, architecture) | seccomp_arch_remove(context, SCMP_ARCH_NATIVE);
  status |= seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  for (size_t i = 0; i < count && !status; i++) {
    if (allowed[i] < 0) continue;
    int number = number_here(architecture, allowed[i]);
    if (number == SCMP_SYS(clone3) || number == __NR_SCMP_ERROR) continue;
    if (number == SCMP_SYS(clone)) status = allow_clone(context, only_threads);
    else if (number == SCMP_SYS(ioctl)) status = allow_ioctl(context);
    else if (number == SCMP_SYS(socket)) status = allow_socket(context, network);
    else if (number == SCMP_SYS(fcntl)) status = allow_fcntl(context);
    // Of another process than the caller: the worker looks at which.
    else if (number == SCMP_SYS(prlimit64)) status = allow_masked(context, number, 0, ~0u, 0);
    // The gate of a driver.
    else if (number == SCMP_SYS(kill))
      status = seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 1,
                                ((struct scmp_arg_cmp){0, SCMP_CMP_NE, sandbox_gate_process, 0}));
    else status = seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0);
    if (status == -EEXIST) status = 0;
  }
  // A failure costs time only: then the worker lets the call pass.
  (void)seccomp_rule_add(context, SCMP_ACT_ALLOW, SYS_landlock_restrict_self, 1,
                         ((struct scmp_arg_cmp){4, SCMP_CMP_EQ, own_restriction, 0}));
  long length = status ? -EINVAL : 0;
  int memory = length ? -1 : memfd_create("filter", MFD_CLOEXEC);
  if (memory >= 0 && seccomp_export_bpf(context, memory) == 0) {
    off_t size = lseek(memory, 0, SEEK_END);
    *instructions = size > 0 ? malloc((size_t)size) : NULL;
    if (*instructions && pread(memory, *instructions, (size_t)size, 0) == size) length = size / 8;
    else length = -ENOMEM;
  } else if (!length) {
    length = -errno;
  }
  if (memory >= 0) close(memory);
  seccomp_release(context);
  return length;
}

// libseccomp takes a millisecond for three hundred calls, which all have the same answer: so it is asked for
// what depends on arguments only, and the others are put in with the ranges.
long sandbox_compile_filter(uint32_t architecture, const int32_t *allowed, size_t count, uint32_t network,
                            int only_threads, void **instructions) {
  int clone = sandbox_system_call_number_on(architecture, "clone"), ioctl = sandbox_system_call_number_on(architecture, "ioctl");
  int socket = sandbox_system_call_number_on(architecture, "socket"), clone3 = sandbox_system_call_number_on(architecture, "clone3");
  int fcntl = sandbox_system_call_number_on(architecture, "fcntl");
  int prlimit = sandbox_system_call_number_on(architecture, "prlimit64");
  int kill = sandbox_system_call_number_on(architecture, "kill");
  int32_t by_arguments[6];
  size_t chosen = 0, plain = 0;
  uint32_t *always = malloc((count + 1) * sizeof *always);
  *instructions = NULL;
  if (!always) return -ENOMEM;
  for (size_t i = 0; i < count; i++) {
    int number = allowed[i];
    if (number == clone || number == ioctl || number == socket || number == fcntl || number == prlimit ||
        number == kill) {
      if (chosen < 6) by_arguments[chosen++] = number;
    } else if (number >= 0 && number != clone3) {
      always[plain++] = (uint32_t)number;
    }
  }
  void *exported = NULL;
  long length = sandbox_export_filter(architecture, by_arguments, chosen, network, only_threads, &exported);
  if (length > 0)
    length = sandbox_compact_filter(exported, (size_t)length, architecture, always, plain, instructions);
  free(exported);
  free(always);
  // Another version of libseccomp may write it in another way.
  return length == -ENOTSUP ? sandbox_export_filter(architecture, allowed, count, network, only_threads, instructions)
                            : length;
}

int sandbox_system_call_number(const char *name) { return seccomp_syscall_resolve_name(name); }

int sandbox_system_call_number_on(uint32_t architecture, const char *name) {
  return seccomp_syscall_resolve_name_arch(architecture, name);
}

void sandbox_system_call_name(int number, uint32_t architecture, char *name, size_t size) {
  char *known = seccomp_syscall_resolve_num_arch(architecture, number);
  if (known) snprintf(name, size, "%s", known);
  else snprintf(name, size, "#%d", number);
  free(known);
}

int sandbox_is_native(uint32_t architecture) { return architecture == seccomp_arch_native(); }

uint32_t sandbox_native_architecture(void) { return seccomp_arch_native(); }
