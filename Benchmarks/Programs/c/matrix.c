#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

int *product(const int *a, const int *b, int size) {
  int *result = calloc(size * size, sizeof *result);
  for (int i = 0; i < size; i++) {
    for (int j = 0; j < size; j++) {
      int sum = 0;
      for (int k = 0; k < size; k++) {
        sum = sum + a[i * size + k] * b[k * size + j];
      }
      result[i * size + j] = sum;
    }
  }
  return result;
}

int main(void) {
  int a[] = {1, 2, 3, 4}, b[] = {5, 6, 7, 8};
  int *c = product(a, b, 2);
  assert(c[0] == 19);
  assert(c[3] == 50);
  free(c);
  puts("ok");
}
