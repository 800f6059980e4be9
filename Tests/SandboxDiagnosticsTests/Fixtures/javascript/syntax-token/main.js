let a;
let b = ;
