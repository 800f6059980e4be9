def work(n):
    raise ValueError(f"bad {n}")
errors = []
for n in (1, 2):
    try:
        work(n)
    except ValueError as e:
        errors.append(e)
try:
    raise KeyError("first")
except KeyError:
    raise ExceptionGroup("several", errors + [ExceptionGroup("inner", [TypeError("t")])])
