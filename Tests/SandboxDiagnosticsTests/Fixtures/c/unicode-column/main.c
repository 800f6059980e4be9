int main(void) {
  const char *s = "é😀"; return missing;
}
