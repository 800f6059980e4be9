#include <assert.h>
#include <stdio.h>

int gcd(int a, int b) {
  while (b != 0) {
    int rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

int main(void) {
  assert(gcd(12, 18) == 6);
  assert(gcd(17, 5) == 1);
  assert(gcd(0, 9) == 9);
  puts("ok");
}
