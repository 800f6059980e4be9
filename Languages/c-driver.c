// Built into a C program that failed, for its second run: the sanitizers report to the report's descriptor, and the
// place of a call of exit(3) with a status other than 0 is told too. Told to stop, it says a few times where it is.
// A program that tries all descriptors can write there as well: what stands there when a sanitizer begins to report is
// removed, and a record, with the characters that only the driver was told, says that this was so.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

void __sanitizer_set_report_fd(void *descriptor);
void __sanitizer_print_stack_trace(void);

// The report, which the program finds at 5 in no run, and what a record starts with.
static int report = 5;
static char key[33];

static void begin(void) {
  static int has_begun;
  if (has_begun++) return;
  if (ftruncate(report, 0) == 0) lseek(report, 0, SEEK_SET);
  dprintf(report, "%.32s {\"kind\": \"report\"}\n", key);
}

// Called by the sanitizers before they write.
void __asan_on_error(void) { begin(); }
void __ubsan_on_report(void) { begin(); }

static void report_exit(int status, void *unused) {
  (void)unused;
  if (!status) return;
  begin();
  dprintf(report, "==0==ERROR: Sanitizer: exit with status %d\n", status);
  __sanitizer_print_stack_trace();
}

// The sanitizers' own handler.
static struct sigaction reporter;

// Theirs of the signals that the processor sends, too.
static struct sigaction of_processor[65];

// One that a process sent is no access to memory: only where it was raised is told.
static void fault(int signal, siginfo_t *info, void *context) {
  if (info->si_code > 0) {
    of_processor[signal].sa_sigaction(signal, info, context);
    return;
  }
  begin();
  dprintf(report, "==0==ERROR: Sanitizer: RAISED\n");
  __sanitizer_print_stack_trace();
  sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
  kill(getpid(), signal);
}

enum { LOOKS = 12 };
static int looks;

// Whether it was in a call of the kernel, which it goes on after now: what follows says nothing of where it waited.
static int waited(const ucontext_t *context) {
#if defined(__x86_64__)
  return context->uc_mcontext.gregs[REG_RAX] == -EINTR;
#else
  return (long)context->uc_mcontext.regs[0] == -EINTR;
#endif
}

// By as much as the trace goes back.
static void move(ucontext_t *context, int times) {
#if defined(__x86_64__)
  context->uc_mcontext.gregs[REG_RIP] += times;
#else
  context->uc_mcontext.pc += (unsigned long long)(4 * times);
#endif
}

// Where the sanitizers' own code is: it may hold a lock there that telling the place would wait for.
static struct { ElfW(Addr) begin, end; } runtimes[4];

static int find_runtimes(struct dl_phdr_info *library, size_t size, void *unused) {
  static int count;
  (void)size, (void)unused;
  if (!strstr(library->dlpi_name, "/libasan.so") && !strstr(library->dlpi_name, "/libubsan.so")) return 0;
  for (int i = 0; i < library->dlpi_phnum && count < 4; i++) {
    const ElfW(Phdr) *part = &library->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
    runtimes[count].begin = library->dlpi_addr + part->p_vaddr;
    runtimes[count++].end = library->dlpi_addr + part->p_vaddr + part->p_memsz;
  }
  return 0;
}

static int is_in_runtime(const ucontext_t *context) {
#if defined(__x86_64__)
  ElfW(Addr) at = context->uc_mcontext.gregs[REG_RIP];
#else
  ElfW(Addr) at = context->uc_mcontext.pc;
#endif
  for (int i = 0; i < 4; i++)
    if (at >= runtimes[i].begin && at < runtimes[i].end) return 1;
  return 0;
}

static void stop(int signal, siginfo_t *info, void *context) {
  static int deferred;
  // abort(3) says it of itself.
  if (signal == SIGABRT && info->si_code == SI_TKILL && info->si_pid == getpid()) {
    sigaction(SIGABRT, &reporter, NULL);
    reporter.sa_sigaction(signal, info, context);
    return;
  }
  if (is_in_runtime(context) && deferred++ < 100) {
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 300}, NULL);
    return;
  }
  dprintf(report, "==0==ERROR: Sanitizer: stopped\n");
  // The trace is of returns, so it looks for the line of the instruction before each; this one is yet to be run.
  move(context, 1);
  __sanitizer_print_stack_trace();
  move(context, -1);
  // Where it needs memory is where it needs it first.
  if (++looks == LOOKS || waited(context) || getenv("OCISANDBOX_STOP_MEMORY")) kill(getpid(), SIGKILL);
  setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 3000 + 700 * looks}, NULL);
}

__attribute__((constructor)) static void report_to_descriptor(void) {
  dl_iterate_phdr(find_runtimes, NULL);
  if (read(report, key, sizeof key) != sizeof key || ftruncate(report, 0) || lseek(report, 0, SEEK_SET)) key[0] = 0;
  int moved = fcntl(report, F_DUPFD_CLOEXEC, 50);
  if (moved >= 0) close(report), report = moved;
  // Each its own: what one of gcc's libraries does when it begins closes that of the other.
  __sanitizer_set_report_fd((void *)(long)fcntl(report, F_DUPFD_CLOEXEC, 50));
  void *library = dlopen("libubsan.so.1", RTLD_NOLOAD | RTLD_NOW);
  void (*set_descriptor)(void *) = library ? (void (*)(void *))dlsym(library, "__sanitizer_set_report_fd") : NULL;
  if (set_descriptor) set_descriptor((void *)(long)fcntl(report, F_DUPFD_CLOEXEC, 50));
  on_exit(report_exit, 0);
  struct sigaction own = {.sa_sigaction = stop, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigfillset(&own.sa_mask);
  sigaction(SIGABRT, &own, &reporter);
  sigaction(SIGALRM, &own, NULL);
  const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  for (int i = 0; i < 4; i++) {
    struct sigaction *theirs = &of_processor[faults[i]];
    if (sigaction(faults[i], NULL, theirs) || !(theirs->sa_flags & SA_SIGINFO) || !theirs->sa_sigaction) continue;
    struct sigaction wrapped = *theirs;
    wrapped.sa_sigaction = fault;
    sigaction(faults[i], &wrapped, NULL);
  }
}
