class NotFound extends Error {
  constructor(id) { super(`no ${id}`); this.name = 'NotFound'; this.id = id; }
}
throw new NotFound(7);
