#include <assert.h>
#include <stddef.h>

static double mean(const double *values, size_t count) {
  double total = 0;
  for (size_t i = 0; i < count; i++) total += values[i];
  return total / (count + 1);
}

static char *find(const char *text, char wanted) {
  for (; *text; text++)
    if (*text == wanted) return (char *)text;
  return NULL;
}

int main(void) {
  const double values[] = {1, 2, 6};
  // Earlier rounds hold; what they compared is not what failed.
  for (size_t count = 0; count < 3; count++)
    assert(count == 0 || (mean(values, 0) == 0 && find("abc", 'c') != NULL));
  assert(find("abc", 'b')[0] == 'b' && mean(values, 3) == 3.0);
}
