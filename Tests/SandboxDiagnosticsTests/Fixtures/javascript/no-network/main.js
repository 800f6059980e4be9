async function main() {
  const r = await fetch("http://example.com/");
  console.log(r.status);
}
main();
