#include <assert.h>
#include <stdio.h>

int search(const int *sorted, int count, int wanted) {
  int low = 0, high = count - 1;
  while (low <= high) {
    int middle = low + (high - low) / 2;
    if (sorted[middle] == wanted) {
      return middle;
    }
    if (sorted[middle] < wanted) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return -1;
}

int main(void) {
  int sorted[] = {1, 3, 5, 7, 9, 11};
  assert(search(sorted, 6, 7) == 3);
  assert(search(sorted, 6, 1) == 0);
  assert(search(sorted, 6, 4) == -1);
  puts("ok");
}
