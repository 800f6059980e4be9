ages = {'ann': 3}
name = 'bob'
print(ages[name])
