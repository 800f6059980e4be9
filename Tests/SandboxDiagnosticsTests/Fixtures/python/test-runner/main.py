import unittest
def add(a, b):
    return a - b
class T(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(2, 3), 5)
    def test_zero(self):
        self.assertEqual(add(0, 0), 0)
if __name__ == "__main__":
    unittest.main()
