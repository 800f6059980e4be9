#include <assert.h>
static int add(int a, int b) {
  return a - b;
}
int main(void) {
  assert(add(4, 1) == 5);
}
