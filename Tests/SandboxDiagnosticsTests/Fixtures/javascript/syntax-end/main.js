function f() {
  if (true) {
}
