def add(a, b):
    return a - b
assert add(4, 1) == 5
