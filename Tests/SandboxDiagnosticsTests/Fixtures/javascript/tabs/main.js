function f(a) {
	return a.é.x;
}
f({});
