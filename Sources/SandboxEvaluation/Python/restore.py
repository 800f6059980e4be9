# Inputs as the benchmark means them: JSON has no tuples, sets and complex numbers. Which of MBPP+'s tasks
# mean what is known by their numbers only (EvalPlus 0.3.1, data/mbpp.py).
def numbers(text):
    return {int(word) for word in text.split()}


def tuples(value, depth):
    """Lists as tuples, those that lie `depth` lists deep."""
    if depth == 0:
        return tuple(value)
    return [tuples(x, depth - 1) for x in value]


def all_tuples(value):
    return tuple(all_tuples(x) for x in value) if isinstance(value, list) else value


ARGUMENTS = numbers(
    "2 116 132 143 222 261 273 394 399 421 424 429 470 560 579 596 616 630 726 740 744 809")
ITEMS = numbers("63 64 70 94 120 237 272 299 400 409 417 438 473 614 780")
ITEMS_OF_FIRST = numbers("75 413 444 753")
SECOND = numbers("106 750")
FIRST = numbers("250 307 405 446 617 720 763 808")
ARGUMENTS_AND_ITEMS = numbers("259 401 445")
EVERYTHING = numbers("580 615 791")


def restored(task, values):
    if not task.startswith("Mbpp/"):
        return values
    number = int(task.split("/")[1])
    if number in ARGUMENTS: return [tuple(x) for x in values]
    if number in ITEMS: return [tuples(x, 1) for x in values]
    if number in ITEMS_OF_FIRST: return [tuples(values[0], 1), values[1]]
    if number in SECOND: return [values[0], tuple(values[1])]
    if number in FIRST: return [tuple(values[0])] + values[1:]
    if number in ARGUMENTS_AND_ITEMS: return [tuple(tuples(x, 1)) for x in values]
    if number in EVERYTHING: return all_tuples(values)
    if number == 115:
        return [[set(x) if isinstance(x, list) and x else {} for x in values[0]]]
    if number == 124: return [float(values[0]), complex(values[1])]
    if number == 252: return [complex(values[0])]
    if number == 278:
        return [tuple(tuple(x) if isinstance(x, list) else x for x in values[0])]
    if number == 722:
        return [{key: tuple(x) for key, x in values[0].items()}] + values[1:]
    return values
