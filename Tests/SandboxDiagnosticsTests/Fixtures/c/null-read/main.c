static int f(int *p) {
  return *p;
}
int main(void) {
  return f((int *)0);
}
