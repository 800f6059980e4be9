try {
  JSON.parse('{');
} catch (error) {
  throw new Error('bad settings', { cause: error });
}
