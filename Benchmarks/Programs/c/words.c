#include <assert.h>
#include <ctype.h>
#include <stdio.h>

int count_words(const char *text) {
  int count = 0, inside = 0;
  for (int i = 0; text[i] != 0; i++) {
    if (isspace((unsigned char)text[i])) {
      inside = 0;
    } else if (inside == 0) {
      inside = 1;
      count = count + 1;
    }
  }
  return count;
}

int main(void) {
  assert(count_words("one two  three") == 3);
  assert(count_words("") == 0);
  assert(count_words(" a ") == 1);
  puts("ok");
}
