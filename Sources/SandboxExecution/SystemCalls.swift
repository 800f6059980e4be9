/// The system calls of the built-in filter. Anything in neither list answers `ENOSYS`.
enum SystemCalls {
  /// Measured with strace on the four toolchains (a lower bound), then completed by family.
  static let allowed: [String] = """
    access alarm arch_prctl brk capget chdir chmod clock_getres clock_gettime clock_nanosleep close \
    close_range copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait \
    epoll_wait eventfd2 execve exit exit_group faccessat faccessat2 fadvise64 fallocate fchdir fchmod \
    fchmodat fchown fcntl fdatasync flock fsetxattr fstat fstatfs fsync ftruncate futex \
    get_robust_list getcwd getdents64 getegid geteuid getgid getgroups getitimer getpeername getpgid \
    getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid \
    getsockname getsockopt gettid gettimeofday getuid getxattr inotify_add_watch inotify_init1 \
    inotify_rm_watch kill link linkat listxattr lseek lstat madvise mbind membarrier memfd_create \
    mincore mkdir mkdirat mlock mmap mprotect mremap msync munlock munmap nanosleep newfstatat open \
    openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect \
    poll ppoll prctl pread64 preadv prlimit64 pselect6 pwrite64 pwritev read readlink readlinkat readv \
    recvfrom recvmsg rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction rt_sigpending \
    rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_get_priority_max \
    sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler sched_setaffinity \
    sched_yield select sendfile sendmsg sendto set_robust_list set_tid_address setitimer setpgid \
    setpriority setsid setsockopt shutdown sigaltstack signalfd4 socketpair stat statfs statx symlink \
    symlinkat sysinfo tgkill time timer_create timer_delete timer_gettime timer_settime \
    timerfd_create timerfd_gettime timerfd_settime times tkill truncate umask uname unlink unlinkat \
    utime utimensat vfork wait4 waitid write writev accept accept4 bind connect listen ioctl
    """.split(separator: " ").map(String.init)

  /// Refused with `EPERM`: calls that reach the kernel's administration or other processes.
  static let refused: [String] = """
    add_key bpf chroot fsconfig fsmount fsopen fspick init_module finit_module delete_module kcmp \
    kexec_load keyctl mount mount_setattr move_mount open_tree perf_event_open pidfd_getfd pivot_root \
    process_vm_readv process_vm_writev ptrace quotactl reboot request_key setns swapoff swapon umount2 \
    unshare userfaultfd
    """.split(separator: " ").map(String.init)
}
