#include <stdlib.h>
static void stop(void) {
  abort();
}
int main(void) {
  stop();
}
