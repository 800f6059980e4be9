#include <stdio.h>
#include <stdlib.h>
int main(void) {
  fprintf(stderr, "no such account\n");
  exit(2);
}
