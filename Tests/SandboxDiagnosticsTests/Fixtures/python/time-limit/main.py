def spin(n):
    while True:
        n += 1
spin(0)
