#include <assert.h>
#include <stdio.h>

long fib(int n) {
  if (n < 2) {
    return n;
  }
  return fib(n - 1) + fib(n - 2);
}

int main(void) {
  assert(fib(10) == 55);
  assert(fib(1) == 1);
  puts("ok");
}
