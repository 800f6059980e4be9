// libseccomp asks for one system call number after the other. The kernel converts, checks and compiles every
// instruction for every run that enters the filter, which took a fifth of the worker's time: so the program is
// written with one comparison for each range of numbers that have the same answer.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox_launcher.h"

enum { most_instructions = 4096 /* BPF_MAXINSNS */, most_numbers = 1024, farthest = 255 };

// What a program does with a number: it returns `value`, or it looks at the arguments, from the instruction
// `block` on.
struct answer {
  int looks_at_arguments;
  uint32_t value;
  size_t block;
};

// The numbers from `first` to the next range's.
struct range {
  uint32_t first;
  struct answer answer;
};

struct compaction {
  const struct sock_filter *from;
  size_t length;
  uint8_t allowed[most_numbers / 8];  // a bit set: what is allowed whatever `from` says
  struct range *ranges;
  size_t range_count;
  struct range *singles;  // numbers whose neighbours on both sides have one answer
  size_t single_count;
  struct sock_filter *to;  // filled from its end, for jumps only go forward
  size_t capacity, emitted;
  size_t *blocks;  // where the instruction of `from` is in `to`, counted from the end; 0 where it is not
  int failed;
};

static int is_same(struct answer a, struct answer b) {
  return a.looks_at_arguments == b.looks_at_arguments && (a.looks_at_arguments ? a.block == b.block : a.value == b.value);
}

static int is_taken(const struct sock_filter *jump, uint32_t value) {
  switch (BPF_OP(jump->code)) {
  case BPF_JEQ: return value == jump->k;
  case BPF_JGT: return value > jump->k;
  case BPF_JGE: return value >= jump->k;
  default: return (value & jump->k) != 0;  // BPF_JSET
  }
}

// The only instructions that libseccomp writes, but for the arithmetic that masks an argument.
static int is_known(const struct sock_filter *one) {
  switch (BPF_CLASS(one->code)) {
  case BPF_LD: return one->code == (BPF_LD | BPF_W | BPF_ABS);
  case BPF_RET: return BPF_RVAL(one->code) == BPF_K;
  case BPF_ALU: return one->code == (BPF_ALU | BPF_AND | BPF_K);
  case BPF_JMP: return BPF_OP(one->code) == BPF_JA || BPF_SRC(one->code) == BPF_K;
  default: return 0;
  }
}

// Follows the program for one number of the native architecture.
static struct answer follow(const struct compaction *all, uint32_t architecture, uint32_t number) {
  uint32_t value = 0;
  if (number < most_numbers && all->allowed[number / 8] >> number % 8 & 1)
    return (struct answer){0, SECCOMP_RET_ALLOW, 0};
  for (size_t at = 0; at < all->length; at++) {
    const struct sock_filter *one = &all->from[at];
    switch (BPF_CLASS(one->code)) {
    case BPF_RET: return (struct answer){0, one->k, 0};
    case BPF_ALU: value &= one->k; break;
    case BPF_JMP:
      if (BPF_OP(one->code) == BPF_JA) at += one->k;
      else at += is_taken(one, value) ? one->jt : one->jf;
      break;
    default:
      if (one->k == offsetof(struct seccomp_data, nr)) value = number;
      else if (one->k == offsetof(struct seccomp_data, arch)) value = architecture;
      else return (struct answer){1, 0, at};
    }
  }
  return (struct answer){0, SECCOMP_RET_KILL_PROCESS, 0};  // no such program is accepted by the kernel
}

static int compare_numbers(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

// Between two neighbouring constants of its comparisons a program has one answer: so it is asked at each
// constant and at the number after it, and so for what is allowed besides.
static int find_ranges(struct compaction *all, uint32_t architecture) {
  uint32_t *points = malloc((2 * all->length + most_numbers + 2) * sizeof *points);
  size_t count = 0;
  if (!points) return 0;
  points[count++] = 0;
  for (size_t i = 0; i < all->length; i++) {
    const struct sock_filter *one = &all->from[i];
    if (BPF_CLASS(one->code) != BPF_JMP || BPF_OP(one->code) == BPF_JA) continue;
    points[count++] = one->k;
    if (one->k != UINT32_MAX) points[count++] = one->k + 1;
  }
  for (uint32_t number = 0; number <= most_numbers; number++) points[count++] = number;
  qsort(points, count, sizeof *points, compare_numbers);
  for (size_t i = 0; i < count; i++) {
    struct answer answer = follow(all, architecture, points[i]);
    if (all->range_count && is_same(all->ranges[all->range_count - 1].answer, answer)) continue;
    all->ranges[all->range_count++] = (struct range){points[i], answer};
  }
  free(points);
  return 1;
}

// A single number between two ranges of one answer costs one comparison for equality instead of two for order.
static void take_out_singles(struct compaction *all) {
  size_t kept = 0;
  for (size_t i = 0; i < all->range_count; i++) {
    struct range range = all->ranges[i];
    int is_single = kept && i + 1 < all->range_count && all->ranges[i + 1].first == range.first + 1 &&
                    is_same(all->ranges[kept - 1].answer, all->ranges[i + 1].answer);
    if (is_single) {
      all->singles[all->single_count++] = range;
      i++;  // what follows is the range before it, continued
    } else {
      all->ranges[kept++] = range;
    }
  }
  all->range_count = kept;
}

// Puts an instruction before all others. Positions count from the end: the last one is 1.
static size_t put(struct compaction *all, struct sock_filter one) {
  if (all->emitted == all->capacity) {
    all->failed = 1;
    return all->emitted;
  }
  all->to[all->capacity - ++all->emitted] = one;
  return all->emitted;
}

static size_t put_jump_always(struct compaction *all, size_t target) {
  return put(all, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)(all->emitted - target)));
}

// Both targets are brought within reach.
static size_t put_jump(struct compaction *all, uint16_t code, uint32_t value, size_t yes, size_t no) {
  if (all->emitted - yes >= farthest) yes = put_jump_always(all, yes);
  if (all->emitted - no >= farthest) no = put_jump_always(all, no);
  struct sock_filter jump = {code, (uint8_t)(all->emitted - yes), (uint8_t)(all->emitted - no), value};
  return put(all, jump);
}

// A return that is near, or a new one.
static size_t put_return(struct compaction *all, uint32_t value) {
  for (size_t position = all->emitted; position > 0 && all->emitted - position < farthest; position--) {
    const struct sock_filter *one = &all->to[all->capacity - position];
    if (one->code == (BPF_RET | BPF_K) && one->k == value) return position;
  }
  return put(all, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

// Puts the instructions from `at` on that can be reached, and returns the position of the first.
static size_t put_block(struct compaction *all, size_t at) {
  struct sock_filter one = all->from[at];
  if (BPF_CLASS(one.code) == BPF_RET) return put_return(all, one.k);
  if (all->blocks[at]) return all->blocks[at];
  if (BPF_CLASS(one.code) != BPF_JMP) {
    size_t next = put_block(all, at + 1);
    if (next != all->emitted) put_jump_always(all, next);
    return all->blocks[at] = put(all, one);
  }
  if (BPF_OP(one.code) == BPF_JA) return all->blocks[at] = put_block(all, at + 1 + one.k);
  size_t yes = put_block(all, at + 1 + one.jt), no = put_block(all, at + 1 + one.jf);
  return all->blocks[at] = put_jump(all, one.code, one.k, yes, no);
}

static size_t put_answer(struct compaction *all, struct answer answer) {
  return answer.looks_at_arguments ? put_block(all, answer.block) : put_return(all, answer.value);
}

static size_t put_range(struct compaction *all, size_t index) {
  uint32_t first = all->ranges[index].first;
  uint32_t last = index + 1 < all->range_count ? all->ranges[index + 1].first - 1 : UINT32_MAX;
  size_t next = put_answer(all, all->ranges[index].answer);
  for (size_t i = 0; i < all->single_count; i++)
    if (all->singles[i].first >= first && all->singles[i].first <= last) {
      size_t own = put_answer(all, all->singles[i].answer);
      next = put_jump(all, BPF_JMP | BPF_JEQ | BPF_K, all->singles[i].first, own, next);
    }
  return next;
}

// A binary tree of the ranges from `begin` to `end`. Returns its position.
static size_t put_tree(struct compaction *all, size_t begin, size_t end) {
  if (end - begin == 1) return put_range(all, begin);
  size_t middle = begin + (end - begin) / 2;
  size_t high = put_tree(all, middle, end), low = put_tree(all, begin, middle);
  return put_jump(all, BPF_JMP | BPF_JGE | BPF_K, all->ranges[middle].first, high, low);
}

static size_t put_program(struct compaction *all, uint32_t architecture, uint32_t foreign) {
  size_t tree = put_tree(all, 0, all->range_count);
  if (tree != all->emitted) put_jump_always(all, tree);
  size_t load = put(all, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
  put_jump(all, BPF_JMP | BPF_JEQ | BPF_K, architecture, load, put_return(all, foreign));
  return put(all, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
}

long sandbox_compact_filter(const void *instructions, size_t length, uint32_t architecture, const uint32_t *allowed,
                            size_t count, void **compacted) {
  *compacted = NULL;
  if (length < 3 || length > most_instructions) return -EINVAL;
  size_t most_ranges = 2 * length + most_numbers + 2;
  struct compaction all = {.from = instructions, .length = length, .capacity = 2 * most_ranges};
  for (size_t i = 0; i < count; i++) {
    if (allowed[i] >= most_numbers) return -ENOTSUP;
    all.allowed[allowed[i] / 8] |= (uint8_t)(1 << allowed[i] % 8);
  }
  for (size_t i = 0; i < length; i++)
    if (!is_known(&all.from[i])) return -ENOTSUP;
  // One architecture, asked for first; all others have one answer.
  const struct sock_filter *load = &all.from[0], *check = &all.from[1];
  if (load->code != (BPF_LD | BPF_W | BPF_ABS) || load->k != offsetof(struct seccomp_data, arch) ||
      check->code != (BPF_JMP | BPF_JEQ | BPF_K) || check->k != architecture)
    return -ENOTSUP;
  size_t other = 2u + check->jf;
  if (other >= length || BPF_CLASS(all.from[other].code) != BPF_RET) return -ENOTSUP;

  all.ranges = calloc(most_ranges, sizeof *all.ranges);
  all.singles = calloc(most_ranges, sizeof *all.singles);
  all.blocks = calloc(length, sizeof *all.blocks);
  all.to = calloc(all.capacity, sizeof *all.to);
  long result = -ENOMEM;
  if (all.ranges && all.singles && all.blocks && all.to && find_ranges(&all, architecture)) {
    take_out_singles(&all);
    put_program(&all, architecture, all.from[other].k);
    result = all.failed ? -ENOTSUP : (long)all.emitted;
  }
  if (result > 0) {
    *compacted = malloc(all.emitted * sizeof *all.to);
    if (*compacted) memcpy(*compacted, all.to + all.capacity - all.emitted, all.emitted * sizeof *all.to);
    else result = -ENOMEM;
  }
  free(all.ranges), free(all.singles), free(all.blocks), free(all.to);
  return result;
}
