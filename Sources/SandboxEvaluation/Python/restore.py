# Inputs as the benchmark means them: JSON has no tuples, sets and complex numbers.
def restored(task, values):
    return values
