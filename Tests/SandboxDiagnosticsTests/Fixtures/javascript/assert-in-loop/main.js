const assert = require('assert');
const double = (x) => x + x % 3;
for (const [input, want] of [[0, 0], [4, 8]]) {
  assert(double(input) === want, `double(${input})`);
}
