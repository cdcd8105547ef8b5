# SPDX-License-Identifier: Apache-2.0
# north.py ADDRESS PORT COMMAND ... - masters of chisan-north. For tests only.
#   read ADDRESS COUNT          input registers, by pymodbus; prints them in decimal, or "exception N"
#   held ADDRESS COUNT          holding registers
#   set ADDRESS VALUE [low]     a float32 to two holding registers by function 16
#   raw HEX                     one PDU; prints the reply's in hexadecimal digits
#   identify [CODE]             function 43/14 by pymodbus; prints "id text" in lines
#   hostile                     what masters may send that mean no good; meanwhile a good one must be answered. Prints "ok", or what was wrong
import socket
import struct
import sys
import time

from pymodbus.client import ModbusTcpClient
from pymodbus.mei_message import ReadDeviceInformationRequest

ADDRESS, PORT, COMMAND = sys.argv[1], int(sys.argv[2]), sys.argv[3]
WORDS = sys.argv[4:]


def client():
    c = ModbusTcpClient(ADDRESS, port=PORT, timeout=5)
    assert c.connect(), "no connection"
    return c


def show(answer):
    print("exception %d" % answer.exception_code if answer.isError() else " ".join(str(r) for r in answer.registers))


def connect():
    s = socket.create_connection((ADDRESS, PORT), 5)
    s.settimeout(5)
    return s


def adu(pdu, transaction=1, unit=1, protocol=0, length=None):
    return struct.pack(">HHHB", transaction, protocol, len(pdu) + 1 if length is None else length, unit) + pdu


def exactly(s, n):
    data = b""
    while len(data) < n:
        part = s.recv(n - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def ask(s, pdu, **how):
    s.sendall(adu(pdu, **how))
    head = exactly(s, 7)
    transaction, protocol, length, unit = struct.unpack(">HHHB", head)
    assert protocol == 0 and 2 <= length <= 254, head
    return exactly(s, length - 1)


HEARTBEAT = struct.pack(">BHH", 4, 60000, 1)


def answers_quickly(s, what):
    start = time.monotonic()
    reply = ask(s, HEARTBEAT)
    took = time.monotonic() - start
    assert reply[:2] == b"\x04\x02", (what, reply)
    assert took < 1, "%s: a good master waited %.1f s" % (what, took)


def ends(s, what, seconds=30):
    """The server closes it."""
    s.settimeout(seconds)
    try:
        while s.recv(4096):
            pass
    except ConnectionError:
        pass
    except socket.timeout:
        raise AssertionError("%s: it is not closed" % what)


def hostile():
    good = connect()
    answers_quickly(good, "at first")
    for what, data in (
        ("another protocol", adu(HEARTBEAT, protocol=7)),
        ("no length", adu(b"", length=0)),
        ("a length of 1", adu(b"", length=1)),
        ("a length beyond the longest", adu(HEARTBEAT, length=255)),
        ("the longest length", adu(HEARTBEAT, length=65535)),
        ("HTTP", b"GET / HTTP/1.1\r\nHost: north\r\n\r\n"),
        ("TLS", bytes([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3])),
    ):
        s = connect()
        s.sendall(data)
        ends(s, what, 5)
        answers_quickly(good, what)
    # half a request is not waited for without end
    slow = connect()
    slow.sendall(adu(HEARTBEAT)[:9])
    # a flood of requests whose replies nobody reads
    deaf = connect()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    flood = adu(struct.pack(">BHH", 4, 60000, 42)) * 50
    sent, until = 0, time.monotonic() + 2
    while time.monotonic() < until:
        try:
            sent += deaf.send(flood)
        except BlockingIOError:
            answers_quickly(good, "while one floods and reads nothing")
            time.sleep(0.02)
    # byte by byte is a request all the same
    drip = connect()
    for b in adu(HEARTBEAT):
        drip.sendall(bytes([b]))
        time.sleep(0.01)
    assert exactly(drip, 11)[7:9] == b"\x04\x02"
    drip.close()
    # a fifth of one address is refused, and the others are not
    more = [connect()]
    fifth = connect()
    ends(fifth, "a fifth connection of one address", 5)
    answers_quickly(good, "beside one connection too many")
    for s in more:
        s.close()
    answers_quickly(good, "after a close")  # and by now it has seen the close
    # pipelined requests come back in order
    s = connect()
    s.sendall(b"".join(adu(HEARTBEAT, transaction=i) for i in range(20)))
    for i in range(20):
        reply = exactly(s, 11)
        assert struct.unpack(">H", reply[:2])[0] == i, reply
    s.close()
    answers_quickly(good, "after another")
    # every function and many lengths: an answer or an exception, and never the end of the connection
    s = connect()
    for function in range(1, 128):
        for rest in (b"", b"\0", b"\0\0\0\1", b"\xff" * 4, b"\xff" * 40):
            time.sleep(0.001)
            reply = ask(s, bytes([function]) + rest)
            assert reply[0] & 127 == function, (function, reply)
    s.close()
    ends(slow, "half a request", 15)
    answers_quickly(good, "at last")
    print("ok")


def main():
    if COMMAND in ("read", "held"):
        c = client()
        read = c.read_input_registers if COMMAND == "read" else c.read_holding_registers
        show(read(int(WORDS[0]), int(WORDS[1]), 1))
    elif COMMAND == "set":
        high, low = struct.unpack(">HH", struct.pack(">f", float(WORDS[1])))
        answer = client().write_registers(int(WORDS[0]), [low, high] if WORDS[2:] == ["low"] else [high, low], 1)
        print("exception %d" % answer.exception_code if answer.isError() else "taken")
    elif COMMAND == "raw":
        print(ask(connect(), bytes.fromhex(WORDS[0])).hex())
    elif COMMAND == "identify":
        answer = client().execute(ReadDeviceInformationRequest(int(WORDS[0]) if WORDS else 2, 0, unit=1))
        assert not answer.isError(), answer
        for number, text in sorted(answer.information.items()):
            print(number, text.decode())
    elif COMMAND == "hostile":
        hostile()
    else:
        sys.exit("no such command")


main()
