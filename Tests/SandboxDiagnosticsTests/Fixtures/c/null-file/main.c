#include <stdio.h>
int main(void) {
  FILE *f = fopen("data.txt", "r");
  char line[80];
  while (fgets(line, 80, f)) puts(line);
}
