const assert = require('assert');
const pairs = (xs) => xs.map((x) => [x]);
assert.deepStrictEqual(pairs([1, 2]), [[1], [3]]);
