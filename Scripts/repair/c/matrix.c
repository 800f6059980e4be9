#include <stdio.h>

static void multiply(int result[3][3], int left[3][3], int right[3][3]) {
  for (int row = 0; row < 3; row++) {
    for (int column = 0; column < 3; column++) {
      int sum = 0;
      for (int inner = 0; inner < 3; inner++) {
        sum = sum + left[row][inner] * right[inner][column];
      }
      result[row][column] = sum;
    }
  }
}

int main(void) {
  int left[3][3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  int right[3][3] = {{2, 0, 1}, {1, 3, 0}, {0, 1, 2}};
  int result[3][3];
  multiply(result, left, right);
  for (int row = 0; row < 3; row++) {
    printf("%d %d %d\n", result[row][0], result[row][1], result[row][2]);
  }
  return 0;
}
