function area(shape) {
  return shape.size.width * 2;
}
area({});
