int main(int count, char **words) {
  (void)words;
  volatile int x = count;
  while (x)
    x = 1;
}
