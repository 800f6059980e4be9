# What a program that means harm finds.
import os
import socket

for path in ("/etc/shadow", "/home"):
    print(path, "is there" if os.path.exists(path) else "is not there")
try:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect(("127.0.0.1", 22))
except OSError as error:
    print("connect:", error)
print("processes in view:", [name for name in os.listdir("/proc") if name.isdigit()])
