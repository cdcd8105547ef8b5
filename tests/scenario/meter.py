# SPDX-License-Identifier: Apache-2.0
# meter.py ADDRESS PORT - the smallest Modbus/TCP server: register N of any table holds N + 100. For tests only.
import socketserver
import struct
import sys


class Meter(socketserver.BaseRequestHandler):
    def take(self, n):
        data = b""
        while len(data) < n:
            part = self.request.recv(n - len(data))
            if not part:
                raise ConnectionError
            data += part
        return data

    def handle(self):
        try:
            while True:
                transaction, protocol, length, unit, function = struct.unpack(">HHHBB", self.take(8))
                address, count = struct.unpack(">HH", self.take(length - 2))
                data = struct.pack(">%dH" % count, *[(address + i + 100) & 0xFFFF for i in range(count)])
                self.request.sendall(struct.pack(">HHHBBB", transaction, protocol, 3 + len(data), unit, function, len(data)) + data)
        except (ConnectionError, struct.error):
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server((sys.argv[1], int(sys.argv[2])), Meter) as server:
    print("ready", flush=True)
    server.serve_forever()
