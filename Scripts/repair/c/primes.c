#include <stdio.h>
#include <string.h>

static int sieve(char *marks, int limit) {
  int count = 0;
  memset(marks, 1, limit);
  for (int number = 2; number < limit; number++) {
    if (marks[number] == 0) {
      continue;
    }
    count = count + 1;
    for (int other = 2 * number; other < limit; other = other + number) {
      marks[other] = 0;
    }
  }
  return count;
}

int main(void) {
  char marks[100];
  int total = sieve(marks, 100);
  printf("%d\n", total);
  for (int number = 2; number < 30; number++) {
    if (marks[number] == 1) {
      printf("%d ", number);
    }
  }
  printf("\n");
  return 0;
}
