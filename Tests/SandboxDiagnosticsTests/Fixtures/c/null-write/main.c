static void set(volatile int *p) {
  *p = 3;
}
int main(void) {
  set(0);
  return 0;
}
