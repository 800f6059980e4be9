open('/srv/data.csv')
