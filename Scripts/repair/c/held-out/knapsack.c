#include <stdio.h>

enum { ITEMS = 5, ROOM = 15 };

static const int weight[ITEMS] = {12, 2, 1, 4, 1};
static const int worth[ITEMS] = {4, 2, 1, 10, 2};

static int larger(int first, int second) { return first > second ? first : second; }

static int best(int table[ITEMS + 1][ROOM + 1]) {
  for (int item = 1; item <= ITEMS; item++) {
    for (int room = 0; room <= ROOM; room++) {
      table[item][room] = table[item - 1][room];
      int needed = weight[item - 1];
      if (needed <= room) {
        int with = table[item - 1][room - needed] + worth[item - 1];
        table[item][room] = larger(table[item][room], with);
      }
    }
  }
  return table[ITEMS][ROOM];
}

int main(void) {
  int table[ITEMS + 1][ROOM + 1] = {{0}};
  printf("%d\n", best(table));
  int room = ROOM;
  for (int item = ITEMS; item > 0; item--) {
    if (table[item][room] != table[item - 1][room]) {
      printf("%d ", item);
      room = room - weight[item - 1];
    }
  }
  printf("\n");
  return 0;
}
