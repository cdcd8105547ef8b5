#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# plant_faults.py - raw sockets against chisan-plant: faults on request, broken clients, more than a thousand connections.
import resource
import socket
import struct
import subprocess
import sys
import time

plant, control, host = sys.argv[1:4]
WTE, GTC, GATEWAY = 15022, 15023, 15051
READ = struct.pack(">HHHBBHH", 0x0102, 0, 6, 1, 3, 0, 2)


def connect(port, timeout=5.0):
    s = socket.create_connection((host, port), timeout=timeout)
    s.settimeout(timeout)
    return s


def receive(s, n):
    data = b""
    while len(data) < n:
        more = s.recv(n - len(data))
        if not more:
            raise ConnectionError(f"closed after {len(data)} of {n} bytes")
        data += more
    return data


def reply(s):
    head = receive(s, 6)
    return head + receive(s, struct.unpack(">H", head[4:6])[0])


def ask(port, request=READ, timeout=5.0):
    with connect(port, timeout) as s:
        s.sendall(request)
        return reply(s)


def ctl(*words, code=0):
    r = subprocess.run([plant, "--ctl", control, *words], capture_output=True, text=True, timeout=20)
    assert r.returncode == code, (words, r)
    return r.stdout + r.stderr


def good(r):
    return len(r) == 13 and r[:9] == bytes([1, 2, 0, 0, 0, 7, 1, 3, 4])


def silence(port):
    with connect(port, 0.4) as s:
        s.sendall(READ)
        try:
            return s.recv(1) == b"never"
        except socket.timeout:
            return True


def test_faults():
    assert good(ask(GTC))
    ctl("silent", "GTC")
    assert silence(GTC) and good(ask(WTE))
    ctl("slow", "GTC", "300ms")
    before = time.monotonic()
    assert good(ask(GTC))
    assert time.monotonic() - before >= 0.29
    ctl("reset", "GTC")
    try:
        ask(GTC)
        raise AssertionError("not reset")
    except ConnectionError:
        pass
    kinds = {
        "transaction": lambda r: r[:2] != READ[:2] and r[2:4] == b"\0\0",
        "protocol": lambda r: r[2:4] != b"\0\0",
        "unit": lambda r: r[6] != 1 and r[7] == 3,
        "function": lambda r: r[7] != 3,
        "count": lambda r: r[8] == 2 and len(r) == 11,
        "drip": good,
        "twice": good,
    }
    for kind, holds in kinds.items():
        ctl("wrong", "GTC", kind)
        assert holds(ask(GTC)), kind
    with connect(GTC) as s:
        s.sendall(READ)
        assert reply(s) == reply(s), "twice"
    ctl("wrong", "GTC", "length")
    with connect(GTC) as s:
        s.sendall(READ)
        assert struct.unpack(">H", receive(s, 6)[4:6])[0] > 254
    ctl("wrong", "GTC", "half")
    with connect(GTC, 0.4) as s:
        s.sendall(READ)
        assert 0 < len(s.recv(100)) < 13
    ctl("wrong", "GTC", "hangup")
    with connect(GTC) as s:
        s.sendall(READ)
        assert s.recv(1) == b"", "hangup"
    ctl("wrong", "GTC", "exception", "6")
    assert ask(GTC)[7:] == bytes([0x83, 6])
    ctl("clear", "GTC")
    assert good(ask(GTC))
    assert "no such device" in ctl("silent", "NOSUCH", code=1)


def test_slow_unit_stalls_no_neighbour():
    ctl("slow", "HALL", "2s")
    with connect(GATEWAY) as s:
        s.sendall(READ + struct.pack(">HHHBBHH", 0x0203, 0, 6, 2, 3, 0, 2))
        before = time.monotonic()
        first = reply(s)
        assert first[:2] == b"\x02\x03" and time.monotonic() - before < 1
        assert reply(s)[:2] == b"\x01\x02"
    ctl("clear", "HALL")


def test_gateway_exceptions():
    assert ask(GATEWAY, struct.pack(">HHHBBHH", 1, 0, 6, 77, 3, 0, 2))[7:] == bytes([0x83, 11])
    assert ask(GATEWAY, struct.pack(">HHHBBHH", 1, 0, 6, 250, 3, 0, 2))[7:] == bytes([0x83, 10])
    assert good(ask(GTC, READ[:6] + b"\xff" + READ[7:]).replace(b"\xff", b"\x01", 1))


def test_broken_clients():
    with connect(GTC) as s:
        s.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert s.recv(10) == b"", "garbage must end the connection"
    with connect(GTC) as s:
        for b in READ:  # one byte at a time is no fault
            s.sendall(bytes([b]))
        assert good(reply(s))
    with connect(GTC) as s:
        s.sendall(READ * 100)  # pipelined
        for _ in range(100):
            assert good(reply(s))
    many = struct.pack(">HHHBBHH", 5, 0, 6, 1, 3, 0, 35)
    with connect(GTC) as s:
        s.sendall(many * 340)  # more to answer than the server holds back
        for _ in range(340):
            assert len(reply(s)) == 79
    deaf = connect(GTC)
    deaf.setblocking(False)
    sent = 0
    try:
        while sent < 40_000_000:
            sent += deaf.send(READ * 1000)
    except BlockingIOError:
        pass
    assert good(ask(GTC)), "a client that does not read must stall nobody"
    # What was taken from it is still answered: nothing is lost, nothing grew without bound.
    deaf.close()


def test_a_thousand_connections():
    want = 1200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < want + 100:
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    many = [connect(WTE) for _ in range(want)]
    for s in many:
        s.sendall(READ)
    for s in many:
        assert good(reply(s))
    assert f"{want} clients" in ctl("status")
    for s in many:
        s.close()


def test_values():
    ctl("set", "GTC.P", "321.5")
    assert struct.unpack(">f", ask(GTC)[9:])[0] == 321.5
    ctl("set", "GTC.P", "nan")
    v = struct.unpack(">f", ask(GTC)[9:])[0]
    assert v != v
    ctl("clear", "GTC.P")
    f = struct.pack(">HHHBBHH", 0x0102, 0, 6, 1, 3, 0, 2)
    ctl("hold", "WTE.F1.LOAD")
    other = struct.pack(">HHHBBHH", 0x0103, 0, 6, 1, 3, 4, 2)
    held, before, deadline = ask(WTE, f), ask(WTE, other), time.time() + 20
    while ask(WTE, other) == before:  # its neighbour moves on
        assert time.time() < deadline, "WTE.F1.STEAM_F never changed"
        time.sleep(0.02)
    assert ask(WTE, f) == held
    ctl("clear", "WTE.F1.LOAD")


def test_command_line():
    other = subprocess.run([plant, sys.argv[4]], capture_output=True, text=True, timeout=60)
    assert other.returncode == 1 and "cannot listen on" in other.stderr, other
    assert subprocess.run([plant, sys.argv[4], "--only", "NOSUCH"], capture_output=True, timeout=60).returncode == 1
    assert subprocess.run([plant], capture_output=True, timeout=60).returncode == 2
    assert subprocess.run([plant, "--speed", "fast", "x"], capture_output=True, timeout=60).returncode == 2
    assert subprocess.run([plant, "--ctl", control + ".none", "status"], capture_output=True, timeout=60).returncode == 6
    assert subprocess.run([plant, "--help"], capture_output=True, timeout=60).returncode == 0


for name, test in list(globals().items()):
    if name.startswith("test_"):
        test()
        print("ok", name)
