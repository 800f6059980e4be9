#include <assert.h>
#include <stdio.h>
#include <string.h>

int count_primes(int limit) {
  char composite[200];
  int count = 0;
  memset(composite, 0, sizeof composite);
  for (int i = 2; i < limit; i++) {
    if (composite[i] == 0) {
      count = count + 1;
      for (int j = i + i; j < limit; j += i) {
        composite[j] = 1;
      }
    }
  }
  return count;
}

int main(void) {
  assert(count_primes(10) == 4);
  assert(count_primes(100) == 25);
  assert(count_primes(0) == 0);
  puts("ok");
}
