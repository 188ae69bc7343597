"""A service that does nothing but answer: what a restart costs without a machine in it."""

from __future__ import annotations

import os
import socket

with socket.create_server(("127.0.0.1", 8888)) as listening:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(b"READY=1\nWATCHDOG=1", os.environ["NOTIFY_SOCKET"])
    while True:
        asked, _ = listening.accept()
        with asked:
            asked.recv(4096)
            asked.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
