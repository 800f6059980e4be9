class Rejected(Exception):
    def __init__(self, field, reason):
        super().__init__(field, reason)
        self.field, self.reason = field, reason

    def __str__(self):
        return f"{self.field} was rejected: {self.reason}"


def check(order):
    if order["count"] < 1:
        raise Rejected("count", "it must be at least 1")


check({"count": 0})
