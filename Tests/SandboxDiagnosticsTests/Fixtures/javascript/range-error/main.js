const n = -1;
new Array(n);
