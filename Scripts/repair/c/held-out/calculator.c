#include <ctype.h>
#include <stdio.h>

static double stack[32];
static int height = 0;

static void push(double value) {
  stack[height] = value;
  height = height + 1;
}

static double pop(void) {
  height = height - 1;
  return stack[height];
}

static double evaluate(const char *text) {
  while (*text != 0) {
    char symbol = *text++;
    if (isdigit((unsigned char)symbol)) {
      push(symbol - '0');
    } else if (symbol != ' ') {
      double second = pop();
      double first = pop();
      switch (symbol) {
        case '+': push(first + second); break;
        case '-': push(first - second); break;
        case '*': push(first * second); break;
        case '/': push(first / second); break;
      }
    }
  }
  return pop();
}

int main(void) {
  printf("%.3f\n", evaluate("3 4 + 2 *"));
  printf("%.3f\n", evaluate("9 2 / 5 1 - -"));
  printf("%d\n", height);
  return 0;
}
