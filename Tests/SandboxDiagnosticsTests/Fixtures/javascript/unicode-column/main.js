const x = '😀é'; null.foo;
