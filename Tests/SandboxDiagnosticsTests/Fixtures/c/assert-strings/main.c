#include <assert.h>
#include <string.h>
#include <stdlib.h>
char *rev(const char *s) {
  int n = strlen(s);
  char *r = malloc(n + 1);
  for (int i = 0; i < n; i++) r[i] = s[n - i];
  r[n] = 0;
  return r;
}
int main(void) {
  assert(strcmp(rev("abc"), "cba") == 0 && "rev abc");
}
