def total(values):
    return sum(value)
print(total([1]))
