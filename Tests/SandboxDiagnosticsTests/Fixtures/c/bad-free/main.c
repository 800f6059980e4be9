#include <stdlib.h>
static void drop(char *text) {
  free(text + 4);
}
int main(void) {
  char *volatile text = malloc(16);
  drop(text);
  return 0;
}
