int main(void) {
  volatile int past[2] = {0};
  past[(int)sizeof past * 100000] = 1;
  return 0;
}
