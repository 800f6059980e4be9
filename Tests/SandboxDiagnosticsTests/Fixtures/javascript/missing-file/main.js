const fs = require("fs");
function load(name) {
  const text = fs.readFileSync(name, "utf8");
  return text;
}
console.log(load("input.txt"));
