struct point { int width; };
int main(void) {
  struct point p = {1};
  return p.widht;
}
