try:
    1 / 0
except ZeroDivisionError as error:
    error.add_note('while averaging')
    raise
