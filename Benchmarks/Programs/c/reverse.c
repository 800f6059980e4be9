#include <assert.h>
#include <stdio.h>
#include <string.h>

void reverse(char *text) {
  int length = strlen(text);
  for (int i = 0; i < length / 2; i++) {
    char other = text[length - 1 - i];
    text[length - 1 - i] = text[i];
    text[i] = other;
  }
}

int main(void) {
  char word[] = "stressed";
  reverse(word);
  assert(strcmp(word, "desserts") == 0);
  char one[] = "a";
  reverse(one);
  assert(strcmp(one, "a") == 0);
  puts(word);
}
