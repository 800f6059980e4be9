function assertEqual(actual, expected) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new Error('not equal');
}
assertEqual([2, 1].sort(), [2, 1]);
