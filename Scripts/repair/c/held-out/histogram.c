#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_count(const void *left, const void *right) {
  const int *first = left, *second = right;
  if (first[1] != second[1]) return second[1] - first[1];
  return first[0] - second[0];
}

static int tally(const char *text, int table[][2]) {
  int used = 0;
  for (; *text; text++) {
    int place = 0;
    while (place < used && table[place][0] != *text) place++;
    if (place == used) {
      table[place][0] = *text;
      table[place][1] = 0;
      used++;
    }
    table[place][1]++;
  }
  return used;
}

int main(void) {
  int table[64][2];
  int used = tally("mississippi river", table);
  qsort(table, used, sizeof table[0], by_count);
  for (int row = 0; row < 4; row++) {
    char bar[16];
    memset(bar, '#', table[row][1]);
    bar[table[row][1]] = 0;
    printf("%c %s\n", table[row][0], bar);
  }
  printf("%d letters\n", used);
  return 0;
}
