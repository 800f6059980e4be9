#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct node {
  int value;
  struct node *next;
};

struct node *push(struct node *list, int value) {
  struct node *made = malloc(sizeof *made);
  made->value = value;
  made->next = list;
  return made;
}

int length(const struct node *list) {
  int count = 0;
  while (list != NULL) {
    count = count + 1;
    list = list->next;
  }
  return count;
}

int main(void) {
  struct node *list = NULL;
  for (int i = 0; i < 5; i++) {
    list = push(list, i);
  }
  assert(length(list) == 5);
  assert(list->value == 4);
  assert(length(NULL) == 0);
  puts("ok");
}
