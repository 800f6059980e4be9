#include <stdio.h>
#include <string.h>
int main(void) {
  char buf[8];
  strcpy(buf, "this is far too long for the buffer");
  puts(buf);
}
