#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# bench_console.py - how long from a change in a device to the cell on the console, and how many bytes the console writes.
# A small Modbus server of this script holds the value; the console runs on a pseudo-terminal of its own.
import atexit
import fcntl
import os
import pty
import random
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

BUILD = os.environ.get("top_builddir", "build")
SOURCE = os.environ.get("top_srcdir", ".")


def path(name):
    return os.path.join(BUILD, name)


ENV = dict(os.environ, CHISAN_LIBEXECDIR=f"{path('scada/site')}:{path('scada/store')}:{path('drivers')}", TERM="xterm-256color", LC_ALL="C.UTF-8")
ENV.pop("CHISAN_SOCKET", None)


class Meter(threading.Thread):
    """Serves one holding register, whatever is asked."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.value = 0
        self.listener = socket.create_server(address)
        self.start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            request = connection.recv(260)
            if len(request) < 12:
                return
            count = struct.unpack(">H", request[10:12])[0]
            body = struct.pack(">BBB", request[6], request[7], 2 * count) + struct.pack(">H", self.value) * count
            connection.sendall(request[:4] + struct.pack(">H", len(body)) + body)


class Console:
    def __init__(self, sock, *options):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(path("console/chisan"), [path("console/chisan"), "-s", sock, *options], ENV)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def read(self, seconds):
        """Everything written within that time."""
        out, end = b"", time.time() + seconds
        while True:
            left = end - time.time()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                return out
            try:
                out += os.read(self.fd, 65536)
            except OSError:
                sys.exit(f"the console ended: {out[-300:]!r}")

    def wait_for(self, text, seconds):
        out, end = b"", time.time() + seconds
        while text not in out:
            left = end - time.time()
            if left <= 0:
                return None
            if select.select([self.fd], [], [], left)[0]:
                out += os.read(self.fd, 65536)
        return time.time()

    def type(self, keys):
        os.write(self.fd, keys)

    def close(self):
        self.type(b"Q")
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def start(folder, data):
    os.mkdir(data, 0o750)
    server = subprocess.Popen([path("scada/core/chisand"), "-f", folder, "-d", data + "/d", "-s", data + "/chisan.sock"],
                              env=ENV, stderr=open(data + "/log", "w"))
    atexit.register(server.kill)  # whatever happens, nothing stays behind
    end = time.time() + 20
    while not os.path.exists(data + "/chisan.sock"):
        if time.time() > end or server.poll() is not None:
            sys.exit("chisand did not start: " + open(data + "/log").read())
        time.sleep(0.01)
    return server


def stop(process):
    process.terminate()
    process.wait(20)


def row(what, ours, rival, ratio, wanted, reached):
    print(f"ROW|{what}|{ours}|{rival}|{ratio}|{wanted}|{int(reached)}", flush=True)


def latency(top):
    poll = 0.2
    folder = top + "/meter"
    os.makedirs(folder)
    meter = Meter(("127.77.2.1", 16100))
    with open(folder + "/one.yaml", "w") as f:
        f.write("profile: one\nprotocol: modbus\npoints:\n  - {tag: V, title: Value, kind: analog, unit: kW, "
                "range: [0, 100000], decimals: 0, read: {table: holding, address: 0, type: u16}}\n")
    with open(folder + "/site.yaml", "w") as f:
        f.write("site: Bench\ntimezone: Asia/Tokyo\ndevices:\n  - {name: M, title: Meter, profile: one, poll: 200ms, "
                "link: \"modbus-tcp://127.77.2.1:16100/1\"}\n")
    server = start(folder, top + "/a")
    for options, bound, name in (([], 0.6, "default 2 Hz"), (["--rate", "20"], 0.1, "--rate 20")):
        console = Console(top + "/a/chisan.sock", *options)
        console.read(1.5)
        console.type(b"gM.V\r")
        console.read(1.5)
        times = []
        for i in range(60):
            digit = 1 + i % 5
            console.read(random.uniform(0.35, 0.75))
            meter.value = 11111 * digit
            changed = time.time()
            seen = console.wait_for(str(meter.value).encode(), 5)
            if seen is None:
                sys.exit(f"the change to {meter.value} never reached the screen")
            times.append(seen - changed)
        console.close()
        times.sort()
        p99 = times[int(len(times) * 0.99)]
        row(f"field change to console cell, {name}, p99 (poll 200 ms)", f"{p99 * 1000:.0f} ms", "-", "-",
            f"{(poll + bound) * 1000:.0f} ms", p99 <= poll + bound)
    # nothing changes now; with a stopped clock nothing may be written
    ENV["CHISAN_NOW"] = "2026-01-15T03:00:00Z"
    console = Console(top + "/a/chisan.sock")
    console.read(2)
    console.type(b"?")
    console.read(2)
    idle = len(console.read(4))
    console.close()
    del ENV["CHISAN_NOW"]
    row("console, nothing changes: bytes in 4 s", f"{idle}", "-", "-", "0", idle == 0)
    stop(server)


def rate(top):
    plant = subprocess.Popen([path("drivers/plant/chisan-plant"), SOURCE + "/layouts/musashino"], env=ENV,
                             stderr=open(top + "/plant.log", "w"))
    atexit.register(plant.kill)
    end = time.time() + 20
    while "ready" not in open(top + "/plant.log").read():
        if time.time() > end or plant.poll() is not None:
            sys.exit("the simulated district did not start: " + open(top + "/plant.log").read())
        time.sleep(0.05)
    server = start(SOURCE + "/layouts/musashino", top + "/b")
    console = Console(top + "/b/chisan.sock")
    console.read(8)
    written = len(console.read(20)) / 20
    console.close()
    row("console on the overview, 80x24, district running: bytes/s", f"{written:.0f}", "-", "-", "1000", written <= 1000)
    stop(server)
    stop(plant)


def main():
    top = tempfile.mkdtemp(prefix="chisan-bench.")
    try:
        latency(top)
        rate(top)
    finally:
        shutil.rmtree(top)


main()
