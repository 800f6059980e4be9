#include <stdio.h>

static void sort(int *values, int count) {
  for (int start = 1; start < count; start++) {
    int value = values[start];
    int place = start;
    while (place > 0 && values[place - 1] > value) {
      values[place] = values[place - 1];
      place = place - 1;
    }
    values[place] = value;
  }
}

static int search(const int *values, int count, int wanted) {
  int low = 0;
  int high = count - 1;
  while (low <= high) {
    int middle = low + (high - low) / 2;
    if (values[middle] == wanted) {
      return middle;
    }
    if (values[middle] < wanted) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return -1;
}

int main(void) {
  int values[8] = {42, 7, 19, 3, 88, 61, 25, 14};
  sort(values, 8);
  for (int index = 0; index < 8; index++) {
    printf("%d ", values[index]);
  }
  printf("\n%d %d\n", search(values, 8, 61), search(values, 8, 60));
  return 0;
}
