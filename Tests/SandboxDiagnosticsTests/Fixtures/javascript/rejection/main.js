async function load(name) {
  await null;
  throw new Error(`no ${name}`);
}
load('users');
