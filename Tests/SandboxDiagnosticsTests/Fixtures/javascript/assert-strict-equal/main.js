const assert = require('assert');
assert.strictEqual(6 * 7, 41);
