#include <assert.h>
#include <stdbool.h>

static bool is_prime(int n) {
  for (int i = 2; i < n; i++)
    if (n % i == 0) return false;
  return true;
}

int main(void) {
  for (int n = 1; n < 4; n++) assert(is_prime(n) == (n > 1));
}
