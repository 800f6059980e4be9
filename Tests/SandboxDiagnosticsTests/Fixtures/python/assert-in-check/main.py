def check(candidate):
    assert candidate([1, 2]) == 3
    assert candidate([]) == 1
def total(xs):
    return sum(xs)
check(total)
