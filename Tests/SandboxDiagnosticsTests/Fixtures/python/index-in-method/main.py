class Box:
    def __init__(self):
        self.items = [1, 2]
    def at(self, i):
        return self.items[i]
print(Box().at(5))
