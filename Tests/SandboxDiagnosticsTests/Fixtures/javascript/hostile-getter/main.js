const evil = { get x() { process.exit(0); } };
const list = [evil];
list[1].x;
