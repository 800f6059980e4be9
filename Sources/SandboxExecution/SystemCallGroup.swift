internal import CSandboxLauncher

/// Named sets of system calls, in the way of systemd.exec(5)'s `SystemCallFilter=`.
///
/// Measured with strace on the four toolchains (a lower bound), then completed by family. A name that
/// an architecture does not have is left out there.
public enum SystemCallGroup {
  /// The names of all groups, `@default` first.
  public static let names: [String] = ["@default"] + members.keys.sorted()

  /// The calls of a group, or `nil` where there is none of that name.
  public static func calls(in group: String) -> [String]? {
    group == "@default"
      ? defaultGroups.flatMap { members[$0] ?? [] } : members[group]
  }

  /// Whether `name` is a group, or a system call of any architecture that libseccomp knows.
  ///
  /// The corresponding C call is `seccomp_syscall_resolve_name(3)`.
  public static func isKnown(_ name: String) -> Bool {
    guard !name.hasPrefix("@") else { return calls(in: name) != nil }
    // A call of another architecture has a negative number below this one (__NR_SCMP_ERROR).
    let isUnknown: Int32 = -1
    return sandbox_system_call_number(name) != isUnknown
  }

  /// What the `default` policy allows: everything but System V and POSIX message queues, whose objects
  /// outlive their process, and `@watch`.
  static let defaultGroups = [
    "@file-io", "@memory", "@processes", "@signals", "@time", "@synchronization", "@sockets",
    "@system-info",
  ]

  private static let processes = list(
    """
    arch_prctl capget clone execve execveat exit exit_group fork get_robust_list getcpu \
    getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getresgid \
    getresuid getrlimit getrusage getsid gettid getuid kill pidfd_open pidfd_send_signal \
    prctl prlimit64 rseq sched_get_priority_max sched_get_priority_min sched_getaffinity \
    sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity \
    sched_setattr sched_setparam sched_setscheduler sched_yield set_robust_list \
    set_tid_address setfsgid setfsuid setgid setpgid setpriority setregid setresgid \
    setresuid setreuid setrlimit setsid setuid tgkill tkill vfork wait4 waitid
    """)

  private static let members: [String: [String]] = [
    "@file-io": list(
      """
      access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat \
      faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl \
      fdatasync fgetxattr flistxattr flock fsetxattr fstat fstatfs fsync ftruncate getcwd \
      getdents getdents64 getxattr ioctl lchown lgetxattr link linkat listxattr llistxattr lseek lstat \
      mkdir mkdirat mknod mknodat newfstatat open openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 \
      pwritev pwritev2 read readahead readlink readlinkat readv rename renameat renameat2 \
      rmdir sendfile splice stat statfs statx symlink symlinkat sync_file_range syncfs tee \
      truncate umask unlink unlinkat utime utimensat utimes vmsplice write writev
      """),
    "@memory": list(
      """
      brk get_mempolicy madvise mbind membarrier memfd_create mincore mlock mlock2 mlockall \
      mmap mprotect mremap msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect \
      set_mempolicy
      """),
    "@processes": processes,
    // Then clone makes threads only.
    "@threads": processes.filter { !["fork", "vfork"].contains($0) },
    "@signals": list(
      """
      alarm getitimer pause restart_syscall rt_sigaction rt_sigpending rt_sigprocmask \
      rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo setitimer \
      sigaltstack signalfd signalfd4
      """),
    "@time": list(
      """
      clock_getres clock_gettime clock_nanosleep gettimeofday nanosleep time timer_create \
      timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime \
      timerfd_settime times
      """),
    "@synchronization": list(
      """
      epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd \
      eventfd2 futex futex_waitv poll ppoll pselect6 select
      """),
    "@sockets": list(
      """
      accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg \
      recvmsg sendmmsg sendmsg sendto setsockopt shutdown socket socketpair
      """),
    "@system-info": list(
      """
      getrandom sysinfo uname
      """),
    // Files in view are the host's own: it would be told what others do with them.
    "@watch": list(
      """
      inotify_add_watch inotify_init inotify_init1 inotify_rm_watch
      """),
    "@ipc": list(
      """
      mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget \
      msgrcv msgsnd semctl semget semop semtimedop shmat shmctl shmdt shmget
      """),
    "@privileged": list(
      """
      acct add_key adjtimex bpf capset chroot clock_adjtime clock_settime delete_module \
      fanotify_init fanotify_mark finit_module fsconfig fsmount fsopen fspick init_module \
      ioperm iopl kcmp kexec_file_load kexec_load keyctl landlock_add_rule \
      landlock_create_ruleset landlock_restrict_self lookup_dcookie migrate_pages \
      modify_ldt mount mount_setattr move_mount move_pages name_to_handle_at \
      nfsservctl open_by_handle_at open_tree perf_event_open personality pidfd_getfd \
      pivot_root process_madvise process_vm_readv process_vm_writev ptrace quotactl \
      quotactl_fd reboot request_key seccomp setdomainname setgroups sethostname setns \
      settimeofday swapoff swapon syslog umount2 unshare uselib userfaultfd vhangup vserver
      """),
  ]

  private static func list(_ names: String) -> [String] {
    names.split(separator: " ").map(String.init)
  }
}
