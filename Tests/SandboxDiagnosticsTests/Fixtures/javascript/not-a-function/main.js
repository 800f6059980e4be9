const api = { load: 3 };
api.load('x');
