// What the caller (Swift) and the worker (C, the same executable started again, or a copy of the process) say to each other.
// Both ends are one build, so the structures travel as they are.
#pragma once
#include <stddef.h>
#include <stdint.h>
// Swift's Glibc module leaves these two out.
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// The step at which the worker failed; 0 means that it did not.
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
  sandbox_step_cgroup,
  sandbox_step_execute,
};

enum sandbox_network { sandbox_network_none = 0, sandbox_network_loopback, sandbox_network_host };

/// The first message to a worker: the view that it is to make and keep. The filter's instructions, the
/// numbers of refused, of fatal and of recorded calls (int32_t each), then the strings follow: readable
/// paths, each ended by a NUL.
struct sandbox_view_request {
  uint32_t network;    ///< enum sandbox_network
  uint32_t degraded;   ///< 1: go on without namespaces where the host does not give them
  uint32_t fresh_ipc;  ///< 1: a new ipc namespace a run, for a policy that allows System V objects
  uint32_t has_keys;   ///< 1: the policy lets keys be made or read
  uint32_t filter_length;  ///< instructions of 8 bytes
  uint32_t refused, fatal, readable;  ///< counts
  uint32_t recorded;  ///< count of calls that, where they are put to the worker, are noted where it records, and go on
  uint32_t only_threads;              ///< 1: of what clone makes
  uint32_t unlisted_errno;            ///< what a call answers that no list names; 0 ends the run
};

/// The worker's answer to it: which layers it has.
struct sandbox_ready {
  int32_t step, error_number;
  uint32_t namespaces;    ///< 1 where the run has namespaces and a root of its own
  uint32_t landlock_abi;  ///< 0 where the kernel gives no Landlock
  int32_t landlock_error;  ///< errno of the attempt
  uint32_t cgroup;        ///< 1 or 2, the version; 0 where none could be made
  int32_t cgroup_error;   ///< errno of the attempt
};

/// The descriptor under which a program finds what its driver reports to, where the request has one.
enum { sandbox_report_descriptor = 5 };

/// A driver that sends signal 0 to this process (kill(2)) waits, where it was started before there was a program to run: the
/// filter puts that call to the worker. No process has so high a number (PID_MAX_LIMIT, pid_max in proc_sys_kernel(5)).
enum { sandbox_gate_process = 0x3ffffff0 };

/// A run. The strings follow: executable, path of the workspace, of the folder for temporary files, of the
/// folder of drivers, arguments (argv[0] first), environment; `file` or `pipe`, what standard input is, and the command of
/// the parent that a warm run is forked from, unless they are the same again; then the files, those with an absolute path
/// being drivers, which the program may only read: path ended by a NUL, int64_t length; -1 means: the next descriptor of the message, else
/// the bytes follow. Descriptors of the message: standard input, output, error; the body's memfd where
/// `body_size` is not 0; that of the report where `has_report` is not 0; then those of files.
struct sandbox_run_request {
  uint64_t body_size;  ///< where the strings and files are too long for one message
  uint32_t arguments, environment, files;
  uint32_t keep_workspace;
  uint32_t has_report;
  uint32_t stop_signal;  ///< sent to the program at a time or output limit, before it is killed; 0: none
  uint32_t parent_arguments;  ///< that word and those of the command; 0: the run is to be started cold
  uint32_t records;  ///< 1: the last descriptor is a file for `struct sandbox_record`s
  uint32_t first_of_many;  ///< 1: the parent is started at once, and not when runs of this kind have come again
  uint32_t same_parent;  ///< 1: its words, which do not follow, and the environment are those of the request before with any
  uint32_t starts_ahead;   ///< 1: its driver waits where it is started before there is a program
  uint32_t is_busy;  ///< 1: no processor is left to start the next one ahead on
  uint32_t tells_start;  ///< 1: where the program still runs a millisecond after its start, a `struct sandbox_started` comes
  uint32_t padding;  ///< 0: requests are compared byte by byte
  uint64_t wall_microseconds, cpu_microseconds, memory_bytes, file_size_bytes, disk_bytes, inodes, processes,
      open_files, stack_bytes;
  uint64_t stop_memory_bytes;  ///< the run ends there as at its memory limit, but told so first; 0: nowhere
  uint64_t driver_files, driver_bytes;  ///< those come on top of the disk; in whole pages
};

/// Comes before the report where it is asked for.
struct sandbox_started {
  int32_t processor;  ///< that the program is on; -1: that cannot be told
};

/// Ends the current run; the report still comes. Its length tells it from a run.
struct sandbox_stop_request {
  uint32_t is_told;  ///< 1: the program is sent `stop_signal` first, as at a time limit
};

/// What ended a run.
enum sandbox_end {
  sandbox_end_itself = 0,
  sandbox_end_wall_time,
  sandbox_end_cpu_time,
  sandbox_end_memory,
  sandbox_end_policy,
  sandbox_end_caller,
};

/// A call that the filter did not let through.
struct sandbox_denial {
  int32_t number;
  uint32_t architecture;  ///< AUDIT_ARCH_*
  int32_t error_number;   ///< what the program saw; 0 means that it ended the run
  uint32_t count;
  uint64_t arguments[6];
  char text[120];  ///< the argument that is a path, or the bytes of a socket address; ended by a NUL
  uint32_t text_length;  ///< 0 where there is none, or it could not be read
};

enum { sandbox_most_denials = 32 };

/// Why a run was not forked from the parent that it names.
enum sandbox_cold {
  sandbox_cold_unasked = 0,  ///< it names none, or was forked
  sandbox_cold_first,        ///< none had been started for its like yet
  sandbox_cold_failed,       ///< the parent ended, or did not fork
  sandbox_cold_broken,       ///< parents failed before, so none is started any more
  sandbox_cold_namespaces,   ///< there are no namespaces to put it into
  sandbox_cold_arguments,    ///< there is no room for its arguments in what is forked
  sandbox_cold_none_ahead,     ///< no process was started ahead
  sandbox_cold_ahead_differs,  ///< one was, for other arguments, variables or limits
  sandbox_cold_ahead_failed,   ///< one was, and ended
  sandbox_cold_ahead_broken,   ///< such ended before, so none is started any more
};

/// A call that went on while a view records; the text follows: a path, or the bytes of a socket address.
struct sandbox_record {
  int32_t number;
  uint32_t text_length;
  uint64_t arguments[3];
};

enum { sandbox_most_recorded_bytes = 16 << 20 };

/// What the worker saw of one run. The program cannot reach it. A descriptor of the workspace may come
/// with it.
struct sandbox_report {
  int32_t step, error_number;
  int32_t end;              ///< enum sandbox_end
  int32_t wait_status;      ///< as of waitpid(2), of the program itself
  int32_t has_wait_status;  ///< 0 when the run was stopped before the program ended
  uint32_t is_warm;         ///< 1 where it was forked from a parent that had been started before, or started ahead
  uint32_t cold;            ///< enum sandbox_cold
  int64_t cpu_microseconds, wall_microseconds;
  int64_t peak_memory_bytes;
  int64_t peak_processes;
  int64_t memory_kills;   ///< processes that the kernel killed at the cgroup's memory limit
  int64_t forks_refused;  ///< at the cgroup's limit of processes
  int64_t disk_used_bytes, disk_free_bytes, inodes_free;
  int64_t reported_before_stop;  ///< how long the driver's report was when the program was told to stop
  uint32_t denials, denials_dropped;
  struct sandbox_denial denied[sandbox_most_denials];
};

/// Starts a worker and returns its pid, or -errno. `control` is its end of a SOCK_SEQPACKET pair. It keeps
/// the host's network, or has one of its own: that cannot be changed later.
int sandbox_start_worker(int control, int keeps_network);

/// What an executable is, of which a template was kept: another build has other structures.
struct sandbox_executable {
  uint64_t device, inode, size;
  int64_t modified_seconds, modified_nanoseconds;
};

/// Describes that of this process. Returns 0, or -errno.
int sandbox_identify_executable(struct sandbox_executable *_Nonnull executable);

enum sandbox_piece_kind {
  sandbox_piece_bytes = 0,  ///< as they follow
  sandbox_piece_name,       ///< the file's name
  sandbox_piece_size,       ///< int64_t, of its content
  sandbox_piece_content,
};

/// A piece of the request for a run of one file; its bytes follow where it has any.
struct sandbox_piece {
  uint32_t kind;  ///< enum sandbox_piece_kind
  uint32_t size;
};

/// How runs of files of one kind are asked for; the view's message follows, then the pieces of the request.
struct sandbox_template {
  struct sandbox_executable executable;
  uint64_t view_size;
};

enum { sandbox_report_key_size = 32, sandbox_most_inline_bytes = 65536 };

/// The worker that this process was given before it was there, and what that was asked for.
struct sandbox_first_run {
  int control, worker;  ///< the caller's end of the socket, and the pid
  int is_asked;         ///< 1: it has a view and a run to make, as follows
  char *_Nullable view;
  size_t view_size;
  char *_Nullable request;  ///< with all of its body, though that may have been sent as a file
  size_t request_size;
  int output, errors, report;  ///< to be read from; the last is -1 where there is none
  char report_key[sandbox_report_key_size];
  int has_ready, has_started;  ///< 1: the worker has answered that already, as follows
  struct sandbox_ready ready;
  int processor;  ///< as in `struct sandbox_started`
};

/// Makes a worker of a copy of this process, which takes less than to start one: for a process with one thread, of which nothing is
/// to be in the worker, before its main(). The copy forgets the arguments and the environment. Once in a process. Returns 0, or -errno.
int sandbox_fork_worker(char *_Nullable *_Nonnull argv, char *_Nullable *_Nonnull environment);

/// Lets all threads of this process use that of the program too, which they keep off after the following. To be called once.
void sandbox_use_all_processors(void);

/// Asks that worker for a run of `program`, a file, as the template says that is kept at `path`. Where anything is in the way,
/// nothing is asked for. Returns when the program executes.
void sandbox_begin_run(const char *_Nonnull path, const char *_Nonnull program);

/// What became of it, for the first who asks; NULL where there is none.
const struct sandbox_first_run *_Nullable sandbox_take_first_run(void);

/// Keeps this thread off a processor where there are others, from now on or, with -1, no more.
void sandbox_avoid_processor(int processor);

/// How many processes the kernel has killed at the memory limit of a worker's cgroup, which is left where the worker
/// was killed too; 0 where there is none. The caller is in the cgroup where it was when it started the worker.
int64_t sandbox_count_memory_kills(int worker);

/// pipe2(2), memfd_create(2) and pidfd_open(2), all close-on-exec, which Swift's Glibc module leaves out.
/// Each returns -errno where it fails.
int sandbox_pipe(int *_Nonnull ends);
int sandbox_memory_file(void);
int sandbox_process_descriptor(int process);

/// A pipe for what a program prints. Returns 0, or -errno.
int sandbox_output_pipe(int *_Nonnull ends);

/// The file that a driver reports to, and what its records start with: `sandbox_report_key_size` characters. Returns the
/// descriptor, or -errno.
int sandbox_report_file(char *_Nonnull key);

/// Sends a message with descriptors. Returns 0, or -errno. Never raises SIGPIPE.
int sandbox_send(int socket, const void *_Nonnull bytes, size_t size, const int *_Nullable descriptors, size_t count);

/// Receives one message without waiting. A descriptor that came with it goes to `descriptor`, else -1.
/// Returns its length, 0 at the end, or -errno.
long sandbox_receive(int socket, void *_Nonnull bytes, size_t size, int *_Nonnull descriptor);

/// Compiles a filter (seccomp_init(3)) for `architecture` (AUDIT_ARCH_*), whose numbers `allowed` has. Those calls pass; `clone` without namespace flags, and where
/// `only_threads` is not 0 with CLONE_THREAD,
/// `ioctl` with the usual requests, `socket` only of the families of `network`. clone3 answers
/// ENOSYS, for its flags are behind a pointer: libc then uses clone. All else, foreign architectures
/// included, is put to the worker (seccomp_unotify(2)).
/// Returns the number of instructions put into `*instructions` (freed by the caller), or -errno.
long sandbox_compile_filter(uint32_t architecture, const int32_t *_Nonnull allowed, size_t count, uint32_t network,
                            int only_threads, void *_Nullable *_Nonnull instructions);

/// The same, all of it written by libseccomp: one comparison or more for each call.
long sandbox_export_filter(uint32_t architecture, const int32_t *_Nonnull allowed, size_t count, uint32_t network,
                           int only_threads, void *_Nullable *_Nonnull instructions);

/// Writes a filter of `length` instructions again, with one comparison for each range of numbers that have
/// the same answer, and lets the `count` numbers of `allowed` pass besides. `architecture` (AUDIT_ARCH_*) is the
/// only one that it knows. Returns the number of instructions put into `*compacted` (freed by the caller), or
/// -ENOTSUP where it is not of the shape that libseccomp writes.
long sandbox_compact_filter(const void *_Nonnull instructions, size_t length, uint32_t architecture,
                            const uint32_t *_Nonnull allowed, size_t count, void *_Nullable *_Nonnull compacted);

/// Opens `path` beneath the folder `root` for reading, without following links or crossing mounts
/// (openat2(2)): a regular file, or a folder where `folder` is not 0. Returns the descriptor, or -errno.
int sandbox_open_beneath(int root, const char *_Nonnull path, int folder);

/// The number of a system call on this architecture by its name; -1 where no architecture has it,
/// less than -1 where only another one has it (seccomp_syscall_resolve_name(3)).
int sandbox_system_call_number(const char *_Nonnull name);

/// The same on an architecture (AUDIT_ARCH_*) (seccomp_syscall_resolve_name_arch(3)).
int sandbox_system_call_number_on(uint32_t architecture, const char *_Nonnull name);

/// Writes the name of a system call (seccomp_syscall_resolve_num_arch(3)), or its number, to `name`.
void sandbox_system_call_name(int number, uint32_t architecture, char *_Nonnull name, size_t size);

/// The machine's own architecture (AUDIT_ARCH_*).
uint32_t sandbox_native_architecture(void);

/// Whether `architecture` (AUDIT_ARCH_*) is the machine's own.
int sandbox_is_native(uint32_t architecture);

/// Removes a folder and what is beneath it, without following links. For workspaces of runs that had no
/// mount namespace; what cannot be removed stays.
void sandbox_remove_folder(const char *_Nonnull path);

/// Starts a trusted command of the host in a process group of its own. A name without a slash is looked for on
/// PATH. Both lists end with NULL; no environment means the caller's. A negative `input` means none, negative
/// `errors` the caller's own, and no `folder` the caller's. Returns its pid, or -errno.
int sandbox_start_host_command(const char *_Nonnull executable, char *_Nullable const *_Nonnull arguments,
                               char *_Nullable const *_Nullable environment, int input, int output, int errors,
                               const char *_Nullable folder);
