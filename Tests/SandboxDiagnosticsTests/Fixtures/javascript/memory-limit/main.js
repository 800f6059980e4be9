const rows = [];
function grow() {
  for (;;) rows.push(new Array(1000).fill(7));
}
grow();
