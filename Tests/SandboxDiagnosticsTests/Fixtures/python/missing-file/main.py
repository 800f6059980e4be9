def load(name):
    with open(name) as file:
        return file.read()


print(load("data.csv"))
