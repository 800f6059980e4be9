#include <assert.h>
#include <stdio.h>

int sum_of_even(const int *numbers, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) {
    if (numbers[i] % 2 == 0) {
      sum = sum + numbers[i];
    }
  }
  return sum;
}

int main(void) {
  int numbers[] = {1, 2, 3, 4, 5, 6};
  assert(sum_of_even(numbers, 6) == 12);
  assert(sum_of_even(numbers, 0) == 0);
  puts("ok");
}
