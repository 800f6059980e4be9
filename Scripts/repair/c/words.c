#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int count_words(const char *text) {
  int count = 0;
  int inside = 0;
  for (size_t index = 0; text[index] != 0; index++) {
    if (isspace((unsigned char)text[index])) {
      inside = 0;
    } else if (inside == 0) {
      inside = 1;
      count = count + 1;
    }
  }
  return count;
}

static char *reversed(const char *text) {
  size_t length = strlen(text);
  char *result = malloc(length + 1);
  for (size_t index = 0; index < length; index++) {
    result[index] = text[length - 1 - index];
  }
  result[length] = 0;
  return result;
}

int main(void) {
  const char *text = "the quick brown fox jumps over the lazy dog";
  char *backwards = reversed(text);
  printf("%d\n", count_words(text));
  printf("%s\n", backwards);
  free(backwards);
  return 0;
}
