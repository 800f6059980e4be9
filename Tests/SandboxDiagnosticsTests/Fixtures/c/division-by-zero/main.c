int main(int count, char **words) {
  (void)words;
  return 7 / (count - 1);
}
