def grow():
    rows = []
    while True:
        rows.append('x' * 1000000)
grow()
