int main(void) {
  return lenght("a");
}
