# SPDX-License-Identifier: Apache-2.0
# proxy.py ADDRESS PORT COMMAND ... - a device that takes one connection only, and masters that ask it through a proxy. For tests only.
#   serve WRITES                a device, unit 1: 64 holding registers, each its own number; what is written is kept and appended to WRITES as
#                               "N VALUE"; a second connection is closed at once; registers from 60 on are not answered, 50 hangs up
#   read ADDRESS COUNT [UNIT]   holding registers, by pymodbus; prints them in decimal, or "exception N", or "nothing"
#   write ADDRESS VALUE...      by function 16; prints "taken"
#   raw HEX                     one PDU; prints the reply's in hexadecimal digits
#   hostile                     what masters may send that mean no good; meanwhile a good one must be answered. Prints "ok", or what was wrong
import os
import socket
import struct
import sys
import threading
import time

ADDRESS, PORT, COMMAND = sys.argv[1], int(sys.argv[2]), sys.argv[3]
WORDS = sys.argv[4:]


# ---- the device


def exactly(s, n):
    data = b""
    while len(data) < n:
        part = s.recv(n - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def answer(registers, pdu):
    function, address, count = struct.unpack(">BHH", pdu[:5])
    if address >= 60:
        return None
    if function == 3 and address + count <= 64:
        return bytes([3, 2 * count]) + struct.pack(">%dH" % count, *registers[address : address + count])
    if function in (6, 16):
        values = [count] if function == 6 else struct.unpack(">%dH" % count, pdu[6:])
        with open(WORDS[0], "a") as file:
            for i, v in enumerate(values):
                registers[address + i] = v
                print(address + i, v, file=file, flush=True)
        return pdu[:5]
    return bytes([function | 0x80, 2 if function == 3 else 1])


def converse(s, registers, free):
    try:
        while True:
            head = exactly(s, 7)
            pdu = exactly(s, struct.unpack(">H", head[4:6])[0] - 1)
            if struct.unpack(">H", pdu[1:3])[0] == 50:
                break
            reply = answer(registers, pdu) if head[6] == 1 else None
            if reply is not None:
                s.sendall(head[:4] + struct.pack(">HB", len(reply) + 1, head[6]) + reply)
    except (ConnectionError, OSError):
        pass
    s.close()
    free.set()


def serve():
    registers = list(range(64))
    free = threading.Event()
    free.set()
    listener = socket.create_server((ADDRESS, PORT))
    print("ready", flush=True)
    while True:
        s, _ = listener.accept()
        if not free.is_set():
            s.close()
            continue
        free.clear()
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=converse, args=(s, registers, free), daemon=True).start()


# ---- masters


def client():
    from pymodbus.client import ModbusTcpClient

    c = ModbusTcpClient(ADDRESS, port=PORT, timeout=5, retries=0)
    if not c.connect():
        print("nothing")
        sys.exit(0)
    return c


def read():
    from pymodbus.exceptions import ModbusException

    try:
        answer = client().read_holding_registers(int(WORDS[0]), int(WORDS[1]), slave=int(WORDS[2]) if len(WORDS) > 2 else 1)
    except (ModbusException, OSError):
        print("nothing")
        return
    if not answer.isError():
        print(" ".join(str(r) for r in answer.registers))
    else:
        print("exception %d" % answer.exception_code if hasattr(answer, "exception_code") else "nothing")


def write():
    answer = client().write_registers(int(WORDS[0]), [int(w) for w in WORDS[1:]], slave=1)
    print("exception %d" % answer.exception_code if answer.isError() else "taken")


def connect():
    s = socket.create_connection((ADDRESS, PORT), 5)
    s.settimeout(8)
    return s


def adu(pdu, transaction=1, unit=1, protocol=0, length=None):
    return struct.pack(">HHHB", transaction, protocol, len(pdu) + 1 if length is None else length, unit) + pdu


def ask(s, pdu, **how):
    s.sendall(adu(pdu, **how))
    head = exactly(s, 7)
    transaction, protocol, length, unit = struct.unpack(">HHHB", head)
    assert protocol == 0 and 2 <= length <= 254, head
    return exactly(s, length - 1)


GOOD = struct.pack(">BHH", 3, 20, 2)
WANT = bytes([3, 4, 0, 20, 0, 21])


def good(s, what):
    """A good master is answered, and soon, whatever the others do."""
    begun = time.monotonic()
    got = ask(s, GOOD)
    took = time.monotonic() - begun
    assert got == WANT, "%s: %s" % (what, got.hex())
    assert took < 6, "%s: %.1f s" % (what, took)


def one_more():
    """A connection with a place: that others were closed has to be seen first."""
    end = time.monotonic() + 10
    while True:
        s = connect()
        try:
            if ask(s, GOOD) == WANT:
                return s
        except (OSError, AssertionError, struct.error):
            pass
        s.close()
        assert time.monotonic() < end, "no place for another"


def hostile():
    one = connect()
    good(one, "alone")
    half = connect()
    half.sendall(adu(GOOD)[:9])
    good(one, "half a request")
    liar = connect()
    liar.sendall(adu(GOOD, length=3000))
    assert liar.recv(1) == b"", "a length that lies is not closed"
    liar = connect()
    liar.sendall(adu(GOOD, protocol=7))
    assert liar.recv(1) == b"", "another protocol is not closed"
    good(one, "lies")
    flood = connect()
    flood.setblocking(False)
    sent = 0
    try:
        while sent < 4 << 20:
            sent += flood.send(adu(GOOD) * 500)  # and no reply is ever taken
    except BlockingIOError:
        pass
    for _ in range(5):
        good(one, "flood")
    many = []
    for _ in range(40):
        try:
            many.append(connect())
        except OSError:
            pass
    good(one, "many connections")
    for s in many + [flood, half]:
        s.close()
    mean = one_more()
    mean.sendall(adu(struct.pack(">BHH", 3, 60, 1)) * 5)  # the device answers none of them
    good(one, "silent registers")
    for _ in range(5):
        good(one, "silent registers, again")
    print("ok")


if COMMAND == "raw":
    print(ask(connect(), bytes.fromhex(WORDS[0])).hex())
else:
    try:
        {"serve": serve, "read": read, "write": write, "hostile": hostile}[COMMAND]()
    except AssertionError as e:
        print(e)
