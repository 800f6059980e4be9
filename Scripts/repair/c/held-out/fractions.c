#include <stdio.h>

typedef struct {
  long numerator;
  long denominator;
} fraction;

static long common(long first, long second) {
  while (second != 0) {
    long rest = first % second;
    first = second;
    second = rest;
  }
  return first;
}

static fraction reduced(fraction value) {
  long divisor = common(value.numerator, value.denominator);
  value.numerator = value.numerator / divisor;
  value.denominator = value.denominator / divisor;
  return value;
}

static fraction sum(fraction first, fraction second) {
  fraction result;
  result.numerator = first.numerator * second.denominator + second.numerator * first.denominator;
  result.denominator = first.denominator * second.denominator;
  return reduced(result);
}

int main(void) {
  fraction total = {0, 1};
  for (long number = 1; number <= 10; number++) {
    fraction term = {1, number * (number + 1)};
    total = sum(total, term);
    if (number % 5 == 0) {
      printf("%ld/%ld\n", total.numerator, total.denominator);
    }
  }
  return 0;
}
