// Linked into a Swift program that failed, for its second run: shows the runtime's backtracer, which follows frame
// pointers, what it does not find by itself. Linked with --wrap=exit --wrap=swift_errorInMain.
//   Who called exit(3) or abort(3): libc's frames cannot be looked through.
//   Where an error was thrown that nobody caught: that call has ended by then.
//   Where the program was when it was stopped in a function of the runtime that keeps no frame pointer.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

extern char __executable_start[], etext[];
enum { FRAMES = 64, SEARCHED = 4096 };

static int is_own(uintptr_t address) {
  return address >= (uintptr_t)__executable_start && address < (uintptr_t)etext;
}

// A frame as frame pointers link them.
struct frame {
  struct frame *outer;
  uintptr_t returns;
} __attribute__((aligned(16)));

static struct frame *as_frame(uintptr_t address, uintptr_t stack) {
  return address % 8 == 0 && address > stack && address - stack < 1 << 23 ? (struct frame *)address : NULL;
}

// From `pc`, with these stack and frame pointers: the innermost call of the program's own code, and the frame pointer
// that it has. A function without a frame pointer of its own leaves its caller's, so that who follows them passes by
// the caller, whose address is on the stack between two of them.
static struct frame innermost(uintptr_t pc, uintptr_t stack, uintptr_t pointer) {
  uintptr_t from = stack;
  struct frame *frame = as_frame(pointer, stack);
  for (int depth = 0; !is_own(pc) && frame && depth < FRAMES; depth++) {
    uintptr_t *end = (uintptr_t *)frame - SEARCHED > (uintptr_t *)from ? (uintptr_t *)from + SEARCHED : (uintptr_t *)frame;
    for (uintptr_t *word = (uintptr_t *)from; word < end; word++)
      if (is_own(*word)) return (struct frame){frame, *word};
    if (is_own(frame->returns)) return (struct frame){as_frame((uintptr_t)frame->outer, (uintptr_t)frame), frame->returns};
    from = (uintptr_t)(frame + 1);
    frame = as_frame((uintptr_t)frame->outer, (uintptr_t)frame);
  }
  return (struct frame){frame, 0};
}

// Where the latest error was thrown, kept as the frames that were there.
static struct frame thrown[FRAMES + 1];
static void *latest;

static void trap_at(void *frame) {
#if defined(__x86_64__)
  __asm__ volatile("movq %0, %%rbp\n\tud2" : : "r"(frame) : "memory");
#else
  __asm__ volatile("mov x29, %0\n\tbrk #1" : : "r"(frame) : "memory");
#endif
  __builtin_unreachable();
}

static void will_throw(void *error) {
  // Thrown once more it was somewhere else first.
  if (error && error == latest) return;
  latest = error;
  struct frame *own = __builtin_frame_address(0);
  struct frame found = innermost(own->returns, (uintptr_t)(own + 1), (uintptr_t)own->outer);
  if (is_own(own->returns)) found = *own;
  int count = 0;
  if (found.returns) thrown[count++].returns = found.returns;
  for (struct frame *frame = found.outer; count < FRAMES && frame && frame->returns;) {
    thrown[count++].returns = frame->returns;
    frame = as_frame((uintptr_t)frame->outer, (uintptr_t)frame);
  }
  for (int i = 0; i < count; i++) thrown[i].outer = &thrown[i + 1];
  memset(&thrown[count], 0, sizeof thrown[count]);
}

extern void (*_swift_willThrow)(void *) __attribute__((weak));
void __real_swift_errorInMain(void *error);

void __wrap_swift_errorInMain(void *error) {
  if (latest && thrown[0].returns) trap_at(thrown);
  __real_swift_errorInMain(error);
}

void __real_exit(int status);

void __wrap_exit(int status) {
  if (!status) __real_exit(status);
  dprintf(2, "exit with status %d\n", status);
  __builtin_trap();
}

// That of the runtime too, as after a failed cast.
void abort(void) { __builtin_trap(); }

// The runtime's own handler.
static struct sigaction backtracer;

static int tries;

static void stop(int signal, siginfo_t *info, void *context) {
  mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
#if defined(__x86_64__)
  greg_t *pc = &machine->gregs[REG_RIP], *stack = &machine->gregs[REG_RSP], *pointer = &machine->gregs[REG_RBP];
#else
  unsigned long long *pc = &machine->pc, *stack = &machine->sp, *pointer = &machine->regs[29];
  if (!is_own(*pc) && is_own(machine->regs[30])) *pc = machine->regs[30] - 1;
#endif
  // In the program's own code its line is known best: it may be there soon.
  if (!is_own((uintptr_t)*pc) && tries++ < 50) {
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 1000}, NULL);
    return;
  }
  if (!is_own((uintptr_t)*pc)) {
    struct frame found = innermost((uintptr_t)*pc, (uintptr_t)*stack, (uintptr_t)*pointer);
    if (found.returns) {
      // A call ends at the line that it stands in.
      *pc = (__typeof__(*pc))(found.returns - 1);
      *pointer = (__typeof__(*pointer))(uintptr_t)found.outer;
    }
  }
  sigaction(SIGQUIT, &backtracer, NULL);
  backtracer.sa_sigaction(SIGQUIT, info, context);
  (void)signal;
}

__attribute__((constructor)) static void watch(void) {
  if (&_swift_willThrow) _swift_willThrow = will_throw;
  if (sigaction(SIGQUIT, NULL, &backtracer) == 0 && backtracer.sa_flags & SA_SIGINFO && backtracer.sa_sigaction) {
    struct sigaction own = backtracer;
    own.sa_sigaction = stop;
    own.sa_flags |= SA_RESTART;
    own.sa_flags &= ~SA_RESETHAND;
    sigaction(SIGQUIT, &own, NULL);
    sigaction(SIGALRM, &own, NULL);
  }
}
