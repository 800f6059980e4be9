class Box {
  constructor() { this.items = [1]; }
  at(i) { return this.items[i].name; }
}
new Box().at(4);
