#include <stdio.h>
#include <string.h>
int main(void) {
  char *s = "hello";
  s[0] = 'H';
  puts(s);
}
