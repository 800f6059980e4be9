require('./helper.js');
