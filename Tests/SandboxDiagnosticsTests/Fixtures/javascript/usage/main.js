function main(args) {
  if (args.length < 1) {
    console.error("usage: main.js FILE");
    process.exit(1);
  }
}
main(process.argv.slice(2));
