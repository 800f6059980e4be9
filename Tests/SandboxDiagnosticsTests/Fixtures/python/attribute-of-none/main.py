def find(items, key):
    for item in items:
        if item == key:
            return item
print(find(['a'], 'b').upper())
