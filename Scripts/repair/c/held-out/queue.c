#include <stdbool.h>
#include <stdio.h>

#define CAPACITY 4

struct queue {
  int items[CAPACITY];
  int head;
  int count;
};

static bool enqueue(struct queue *queue, int item) {
  if (queue->count == CAPACITY) return false;
  int tail = (queue->head + queue->count) % CAPACITY;
  queue->items[tail] = item;
  queue->count += 1;
  return true;
}

static bool dequeue(struct queue *queue, int *item) {
  if (queue->count == 0) return false;
  *item = queue->items[queue->head];
  queue->head = (queue->head + 1) % CAPACITY;
  queue->count -= 1;
  return true;
}

int main(void) {
  struct queue queue = {.head = 0, .count = 0};
  int refused = 0;
  for (int number = 1; number <= 6; number++) {
    if (!enqueue(&queue, number * number)) {
      refused = refused + 1;
    }
    int item = 0;
    if (number % 3 == 0 && dequeue(&queue, &item)) {
      printf("out %d\n", item);
    }
  }
  int item = 0;
  while (dequeue(&queue, &item)) {
    printf("%d ", item);
  }
  printf("refused %d\n", refused);
  return 0;
}
