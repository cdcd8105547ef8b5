# SPDX-License-Identifier: Apache-2.0
# meter.py ADDRESS PORT [FILE] - the smallest Modbus/TCP server: register N of any table holds N + 100, or what the file says of it
# in a line "N VALUE" when it is asked; "N +": it has grown by one since it was asked last. For tests only.
import socketserver
import struct
import sys

grown = {}


def registers(first, count):
    values = {n: (n + 100) & 0xFFFF for n in range(first, first + count)}
    if len(sys.argv) > 3:
        with open(sys.argv[3]) as file:
            for line in file:
                n, value = line.split()
                if value == "+" and int(n) in values:
                    grown[int(n)] = value = grown.get(int(n), 0) + 1
                values[int(n)] = int(value) & 0xFFFF if value != "+" else 0
    return [values[n] for n in range(first, first + count)]


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
                data = struct.pack(">%dH" % count, *registers(address, count))
                self.request.sendall(struct.pack(">HHHBBB", transaction, protocol, 3 + len(data), unit, function, len(data)) + data)
        except (ConnectionError, struct.error):
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server((sys.argv[1], int(sys.argv[2])), Meter) as server:
    print("ready", flush=True)
    server.serve_forever()
