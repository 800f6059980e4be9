#include <stdlib.h>
#include <string.h>
static char *grow(size_t n) {
  char *p = malloc(n);
  memset(p, 1, n);
  return p;
}
int main(void) {
  for (;;)
    grow(1000000);
}
