function total(values) {
  return value.length;
}
total([1]);
