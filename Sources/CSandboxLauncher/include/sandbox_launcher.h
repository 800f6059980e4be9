#pragma once
#include <stddef.h>
#include <stdint.h>

/// The step at which the launcher failed; 0 means that it did not.
enum sandbox_step {
  sandbox_step_none = 0,
  sandbox_step_spawn,
  sandbox_step_filter,
  sandbox_step_namespaces,
  sandbox_step_user_map,
  sandbox_step_mounts,
  sandbox_step_files,
  sandbox_step_limits,
  sandbox_step_credentials,
  sandbox_step_capabilities,
  sandbox_step_landlock,
  sandbox_step_seccomp,
  sandbox_step_execute,
};

/// What the launcher saw of one run. Written by the launcher only; the program cannot reach it.
struct sandbox_report {
  int32_t step;              ///< enum sandbox_step
  int32_t error_number;      ///< errno of that step
  int32_t wait_status;       ///< as of waitpid(2), of the program itself
  int32_t has_wait_status;   ///< 0 when the run was stopped before the program ended
  int32_t wall_limit_hit;    ///< the launcher's clock ended the run
  int32_t cpu_limit_hit;     ///< the launcher's account of CPU time ended the run
  int32_t memory_limit_hit;  ///< the launcher's account of memory ended the run
  int32_t landlock_abi;      ///< 0 where the kernel has no Landlock
  int64_t cpu_microseconds;  ///< of all processes of the run that were waited for
  int64_t wall_microseconds;
  int64_t peak_memory_bytes;  ///< the largest of the samples, one every 10 ms
};

/// One run. The strings follow this header in the order of the counts, each ended by a NUL: executable,
/// arguments (argv[0] first), environment, readable paths, allowed calls, refused calls; then each file:
/// its path ended by a NUL, 8 bytes of length, its bytes.
struct sandbox_request {
  uint32_t arguments, environment, readable, allowed, refused, files;
  uint64_t wall_milliseconds, cpu_milliseconds, memory_bytes, file_size_bytes, disk_bytes, inodes, processes, open_files,
      stack_bytes;
};

/// One captured stream; `bytes` is freed by the caller with free(3).
struct sandbox_stream {
  uint8_t *_Nullable bytes;
  size_t kept;
  uint64_t total;
};

/// Runs one program and waits for its end (blocking: call it on a thread of its own).
/// Standard input is empty. A stream that passes 8 times `output_limit` ends the run.
/// Returns 0, or an errno when the launcher could not be started or ended without a report.
int sandbox_run(const void *_Nonnull request, size_t request_size, size_t output_limit,
                struct sandbox_stream *_Nonnull output, struct sandbox_stream *_Nonnull error,
                struct sandbox_report *_Nonnull report);

/// Opens `path` beneath the folder `root` for reading, without following links or crossing mounts
/// (openat2(2)): a regular file, or a folder where `folder` is not 0. Returns the descriptor, or -errno.
int sandbox_open_beneath(int root, const char *_Nonnull path, int folder);

/// The number of a system call on this architecture by its name; -1 where no architecture has it,
/// less than -1 where only another one has it (seccomp_syscall_resolve_name(3)).
int sandbox_system_call_number(const char *_Nonnull name);
