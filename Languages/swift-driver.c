// Linked into a Swift program that failed, for its second run: shows the runtime's backtracer, which follows frame
// pointers, what it does not find by itself. Linked with --wrap=exit --wrap=swift_errorInMain.
//   Who called exit(3) or abort(3): libc's frames cannot be looked through.
//   Where an error was thrown that nobody caught: that call has ended by then.
//   Where the program was when it was stopped in a function of the runtime that keeps no frame pointer; and which of
//   its calls went on then, for which it is looked at several times.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

extern void *__libc_stack_end;

// The same where a function of libc uses the frame pointer for something else: it has saved that of its caller.
static struct frame searched(uintptr_t stack) {
  uintptr_t end = (uintptr_t)__libc_stack_end;
  struct frame *saved = NULL;
  if (stack > end || end - stack > 1 << 23) return (struct frame){NULL, 0};  // another thread's
  for (uintptr_t *word = (uintptr_t *)stack; word < (uintptr_t *)end && word < (uintptr_t *)stack + SEARCHED; word++) {
    if (is_own(*word)) return (struct frame){saved, *word};
    struct frame *frame = as_frame(*word, (uintptr_t)word);
    if (frame && (uintptr_t)(frame + 1) <= end && is_own(frame->returns)) saved = frame;
  }
  return (struct frame){NULL, 0};
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

// What was seen in several looks at the program: its calls, outermost first, each with its frame and where it was.
enum { LOOKS = 16 };
static struct {
  struct frame calls[FRAMES];
  int count;
} seen[LOOKS];
static int looks, tries;

// Whether the program's own call at this address has its frame by now, and has it still.
static int has_frame(const unsigned char *pc) {
#if defined(__x86_64__)
  return *pc != 0x55 && *pc != 0xc3 && memcmp(pc, "\x48\x89\xe5", 3);
#else
  (void)pc;
  return 1;
#endif
}

// Whether it was in a call of the kernel, which it goes on after now: what follows says nothing of where it waited.
static int waited(mcontext_t *machine) {
#if defined(__x86_64__)
  return machine->gregs[REG_RAX] == -EINTR;
#else
  return (long)machine->regs[0] == -EINTR;
#endif
}

// Where on the stack it is noted who called the function that `pc` is in, if that calls nobody and has no frame of its
// own: the call's target does not begin as those do that have one.
static uintptr_t *caller_of_leaf(uintptr_t pc, struct frame *pointer, uintptr_t stack) {
#if defined(__x86_64__)
  for (uintptr_t *word = (uintptr_t *)stack; word < (uintptr_t *)pointer && word < (uintptr_t *)stack + SEARCHED; word++) {
    if (!is_own(*word) || !is_own(*word - 5) || *(unsigned char *)(*word - 5) != 0xe8) continue;
    int32_t distance;
    memcpy(&distance, (void *)(*word - 4), sizeof distance);
    uintptr_t target = *word + (uintptr_t)(intptr_t)distance;
    if (is_own(target) && target <= pc && pc - target < 1 << 16 && *(unsigned char *)target != 0x55) return word;
  }
#endif
  (void)pc, (void)pointer, (void)stack;
  return NULL;
}

static void look(uintptr_t pc, struct frame *pointer, uintptr_t stack) {
  struct frame calls[FRAMES];
  int found = 0;
  uintptr_t *caller = caller_of_leaf(pc, pointer, stack);
  if (caller) {
    calls[found++] = (struct frame){(struct frame *)caller, pc};
    pc = *caller - 1;
  }
  while (found < FRAMES && is_own(pc)) {
    calls[found++] = (struct frame){pointer, pc};
    if (!pointer) break;
    // A call ends at the line that it stands in.
    pc = pointer->returns - 1;
    pointer = as_frame((uintptr_t)pointer->outer, stack);
  }
  for (int i = 0; i < found; i++) seen[looks].calls[i] = calls[found - 1 - i];
  seen[looks++].count = found;
}

// In a backtrace: what is inside of it are looks at one call, and no calls of each other.
__attribute__((used, noinline)) static void ocisandbox_looks(void) { __asm__ volatile("nop; nop; nop; nop"); }

// Leaves out the looks that have another call at an index than most, or, if `exactly`, are elsewhere in it. Returns 0,
// and leaves out none, where those that stay were too few: some looks see less than there is.
static int agree(int index, int exactly) {
  int best = 0, most = 0;
  for (int i = 0; i < looks; i++) {
    int same = 0;
    for (int j = 0; j < looks && index < seen[i].count; j++)
      same += index < seen[j].count && seen[j].calls[index].outer == seen[i].calls[index].outer
        && (!exactly || seen[j].calls[index].returns == seen[i].calls[index].returns);
    if (same > most) best = i, most = same;
  }
  if (most * 4 < looks * (exactly ? 3 : 2)) return 0;
  struct frame call = seen[best].calls[index];
  int kept = 0;
  for (int i = 0; i < looks; i++)
    if (index < seen[i].count && seen[i].calls[index].outer == call.outer && (!exactly || seen[i].calls[index].returns == call.returns))
      seen[kept++] = seen[i];
  looks = kept;
  return 1;
}

// The stack that the looks have in common, as frames: those of the innermost call first, each with another place.
static struct frame told[LOOKS + FRAMES + 2];

static uintptr_t tell(void) {
  int common = 0, count = 0;
  while (agree(common, 1)) common++;
  // It goes on in this one, if that is the same call still.
  if (!agree(common, 0) && common) common--;
  for (int i = 0; i < looks; i++)
    if (common < seen[i].count) told[count++].returns = seen[i].calls[common].returns + 1;
  told[count++].returns = (uintptr_t)ocisandbox_looks + 2;
  while (common-- > 0) told[count++].returns = seen[0].calls[common].returns + 1;
  for (int i = 0; i < count; i++) told[i].outer = &told[i + 1];
  return told[0].returns - 1;
}

static void stop(int signal, siginfo_t *info, void *context) {
  mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;
#if defined(__x86_64__)
  greg_t *pc = &machine->gregs[REG_RIP], *stack = &machine->gregs[REG_RSP], *pointer = &machine->gregs[REG_RBP];
#else
  unsigned long long *pc = &machine->pc, *stack = &machine->sp, *pointer = &machine->regs[29];
  if (!is_own(*pc) && is_own(machine->regs[30])) *pc = machine->regs[30] - 1;
#endif
  // Where it needs memory is where it needs it first, and where it waits it is.
  int fills = getenv("OCISANDBOX_STOP_MEMORY") != NULL, once = waited(machine) || fills;
  // In the program's own code its line is known best: it may be there soon. But memory is filled on meanwhile, by
  // gigabytes a second, up to the limit of this run.
  int is_sure = is_own((uintptr_t)*pc) && has_frame((unsigned char *)*pc);
  // What keeps nothing else on the stack has its frame where that ends.
  if (is_sure) look((uintptr_t)*pc, as_frame((uintptr_t)*pointer, (uintptr_t)*stack - 1), (uintptr_t)*stack);
  if (!(once && (is_sure || waited(machine))) && looks < LOOKS && tries++ < (fills ? 10 : 50)) {
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 1000 + 100 * tries}, NULL);
    return;
  }
  if (looks) {
    *pc = (__typeof__(*pc))tell();
    *pointer = (__typeof__(*pointer))(uintptr_t)&told[1];
  } else {
    struct frame found = innermost((uintptr_t)*pc, (uintptr_t)*stack, (uintptr_t)*pointer);
    if (!found.returns) found = searched((uintptr_t)*stack);
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
