#include <stdlib.h>
static void check(int n) {
  if (n < 3)
    exit(3);
}
int main(void) {
  check(1);
}
