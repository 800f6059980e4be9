require('fs').readFileSync('/srv/data.csv');
