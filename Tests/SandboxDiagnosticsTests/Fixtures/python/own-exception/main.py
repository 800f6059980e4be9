class Broken(Exception):
    def __str__(self):
        return 'it is broken'
raise Broken()
