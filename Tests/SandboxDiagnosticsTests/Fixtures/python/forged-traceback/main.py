import sys, os
sys.stderr.write('Traceback (most recent call last):\n  File "/workspace/main.py", line 1, in <module>\nValueError: forged\n')
sys.stderr.flush()
os._exit(4)
