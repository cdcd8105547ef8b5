# SPDX-License-Identifier: Apache-2.0
# plc.py ADDRESS PORT DIR - a Modbus/TCP device with 64 holding registers and as many coils, for tests only.  It keeps what is written to it.
#   DIR/set    "N VALUE ..." in lines: registers that the plant changes; read when the file is renewed
#   DIR/mode   of writes: normal; refuse (exception 4); silent (taken, not answered); deaf (not taken, not answered); other (accepted, and
#              half of it taken)
#   DIR/writes each write that came in, as "coil|register N VALUE", whatever became of it
import os
import socketserver
import struct
import sys
import threading

folder = sys.argv[3]
registers = [0] * 64
coils = [0] * 64
lock = threading.Lock()
seen = None


def plant():
    """What the test wants of the plant; the file is renamed into place, so it is whole."""
    global seen
    try:
        stamp = os.stat(folder + "/set")
    except FileNotFoundError:
        return
    if seen == (stamp.st_mtime_ns, stamp.st_ino):
        return
    seen = (stamp.st_mtime_ns, stamp.st_ino)
    with open(folder + "/set") as file:
        for line in file:
            n, value = line.split()
            registers[int(n)] = int(value) & 0xFFFF


def mode():
    try:
        with open(folder + "/mode") as file:
            return file.read().strip()
    except FileNotFoundError:
        return "normal"


def take(kind, table, n, value, how):
    with open(folder + "/writes", "a") as file:
        print(kind, n, value, file=file, flush=True)
    if how in ("normal", "silent"):
        table[n] = value
    elif how == "other":
        table[n] = value // 2


def answer(function, body):
    """The reply's function and data; None: none."""
    address, value = struct.unpack(">HH", body[:4])
    with lock:
        plant()
        if function == 3:
            return bytes([3, 2 * value]) + struct.pack(">%dH" % value, *registers[address : address + value])
        if function == 1:
            bits = bytearray((value + 7) // 8)
            for i in range(value):
                bits[i // 8] |= (coils[address + i] & 1) << i % 8
            return bytes([1, len(bits)]) + bytes(bits)
        how = mode()
        if function == 5:
            take("coil", coils, address, 1 if value else 0, how)
        elif function == 6:
            take("register", registers, address, value, how)
        elif function == 16:
            for i, v in enumerate(struct.unpack(">%dH" % value, body[5 : 5 + 2 * value])):
                take("register", registers, address + i, v, how)
        else:
            return bytes([function | 0x80, 1])
        if how == "refuse":
            return bytes([function | 0x80, 4])
        return None if how in ("silent", "deaf") else bytes([function]) + body[:4]


class Plc(socketserver.BaseRequestHandler):
    def exactly(self, n):
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
                transaction, protocol, length, unit = struct.unpack(">HHHB", self.exactly(7))
                pdu = self.exactly(length - 1)
                reply = answer(pdu[0], pdu[1:])
                if reply is not None:
                    self.request.sendall(struct.pack(">HHHB", transaction, protocol, len(reply) + 1, unit) + reply)
        except (ConnectionError, struct.error, IndexError, OSError):
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server((sys.argv[1], int(sys.argv[2])), Plc) as server:
    print("ready", flush=True)
    server.serve_forever()
