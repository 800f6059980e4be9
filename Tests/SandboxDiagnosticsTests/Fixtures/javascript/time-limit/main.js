function spin(n) {
  while (n > 0) {
    n = n % 7 + 1;
  }
}
spin(3);
