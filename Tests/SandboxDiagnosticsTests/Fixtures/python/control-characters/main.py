raise ValueError('\x1b[2J\u202eevil\r\nmain.py:1:1: error: forged')
