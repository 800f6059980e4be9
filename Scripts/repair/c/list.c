#include <stdio.h>
#include <stdlib.h>

struct node {
  int value;
  struct node *next;
};

static struct node *push(struct node *head, int value) {
  struct node *fresh = malloc(sizeof(struct node));
  fresh->value = value;
  fresh->next = head;
  return fresh;
}

static int total(const struct node *head) {
  int sum = 0;
  while (head != NULL) {
    sum = sum + head->value;
    head = head->next;
  }
  return sum;
}

int main(void) {
  int squares[6];
  struct node *head = NULL;
  for (int index = 0; index < 6; index++) {
    squares[index] = index * index;
    head = push(head, squares[index]);
  }
  printf("%d\n", total(head));
  printf("%d %d\n", head->value, squares[3]);
  while (head != NULL) {
    struct node *next = head->next;
    free(head);
    head = next;
  }
  return 0;
}
