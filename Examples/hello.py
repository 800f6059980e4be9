import sys

print("hello from", sys.platform, 6 * 7)
