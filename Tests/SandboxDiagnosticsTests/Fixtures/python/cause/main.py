def load(text):
    try:
        return int(text)
    except ValueError as error:
        raise RuntimeError('bad input') from error
load('x')
