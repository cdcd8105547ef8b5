#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# bench_site.py - chisand and its helpers on made sites: calculated points, 1,000 registers, 5,000 points.
# Prints ROW lines for run.sh: what | ours | rival | ratio | wanted | 1 if reached.
import atexit
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

BUILD = os.environ.get("top_builddir", "build")
TICKS = os.sysconf("SC_CLK_TCK")


def path(name):
    return os.path.join(BUILD, name)


def stat_of(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return int(fields[1]), (int(fields[11]) + int(fields[12])) / TICKS  # parent, CPU seconds


def family(pid):
    pids = [pid]
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if stat_of(int(name))[0] == pid:
                    pids.append(int(name))
            except OSError:
                pass
    return pids


def resident_kb(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            total += sum(int(line.split()[1]) for line in f if line.startswith("Rss:"))
    return total


class Restless(threading.Thread):
    """A Modbus server all of whose registers differ at each reading."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.readings = 0
        self.listener = socket.create_server(address)
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            while True:
                request = connection.recv(260)
                if len(request) < 12:
                    break
                first, count = struct.unpack(">HH", request[8:12])
                self.readings += 1
                values = [(self.readings * (3 + i % 5) * 11 + i * 17) % 9999 for i in range(first, first + count)]
                body = struct.pack(f">BBB{count}H", request[6], request[7], 2 * count, *values)
                connection.sendall(request[:4] + struct.pack(">H", len(body)) + body)

    def send_signal(self, _):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def wait(self, _):
        self.join()


class Site:
    """A folder with a site, simulated devices in front of it and chisand on it."""

    def __init__(self, devices, per_device, poll, calculations=0, recorded=True, address="127.77.1.1"):
        self.dir = tempfile.mkdtemp(prefix="chisan-bench.")
        self.socket = self.dir + "/s/chisan.sock"
        history = "" if recorded else "history: none, "
        points = "".join(
            f"  - {{tag: V{i}, title: Value {i}, kind: analog, unit: kW, {history}range: [0, 1000], decimals: 1, "
            f"read: {{table: holding, address: {i}, type: u16, scale: 0.1}}}}\n" for i in range(per_device))
        with open(self.dir + "/meter.yaml", "w") as f:
            f.write(f"profile: meter\nprotocol: modbus\nbyte_order: ABCD\npoints:\n{points}")
        with open(self.dir + "/site.yaml", "w") as f:
            f.write("site: Bench\ntimezone: Asia/Tokyo\ndevices:\n")
            for d in range(devices):
                f.write(f"  - {{name: D{d}, title: Device {d}, profile: meter, poll: {poll}, "
                        f"link: \"modbus-tcp://{address}:{16000 + d}/1\"}}\n")
            if calculations:
                f.write("calculations:\n")
            for c in range(calculations):
                a, b = c % per_device, (c * 7 + 1) % per_device
                f.write(f"  - {{tag: C.P{c}, title: Sum {c}, kind: analog, unit: kW, {history}decimals: 1, "
                        f"expression: \"D0.V{a} * 0.5 + D0.V{b} - {c % 10}\"}}\n")
        env = dict(os.environ, CHISAN_LIBEXECDIR=f"{path('scada/site')}:{path('scada/store')}:{path('drivers')}")
        self.env = env
        self.server = self.plant = None
        atexit.register(self.close)
        self.plant = Restless((address, 16000)) if calculations else self.start_plant()
        os.mkdir(self.dir + "/s", 0o750)
        self.started = time.time()
        self.server = subprocess.Popen([path("scada/core/chisand"), "-f", self.dir, "-d", self.dir + "/data", "-s",
                                        self.socket], env=env, stderr=open(self.dir + "/chisand.log", "w"))

    def start_plant(self):
        log = open(self.dir + "/plant.log", "w")
        plant = subprocess.Popen([path("drivers/plant/chisan-plant"), self.dir], env=self.env, stderr=log, stdout=log)
        deadline = time.time() + 30
        while "ready" not in open(self.dir + "/plant.log").read():
            if time.time() > deadline or plant.poll() is not None:
                sys.exit("the simulated devices did not start: " + open(self.dir + "/plant.log").read())
            time.sleep(0.02)
        return plant

    def command(self, *words):
        return subprocess.run([path("console/chisan"), "-s", self.socket, *words], env=self.env, capture_output=True,
                              text=True)

    def first_live(self, point):
        while time.time() < self.started + 60:
            if os.path.exists(self.socket):
                done = self.command("--json", "get", point)
                if done.returncode == 0 and json.loads(done.stdout)["points"][0]["quality"] == "good":
                    return time.time() - self.started
            time.sleep(0.01)
        sys.exit("no live value: " + open(self.dir + "/chisand.log").read())

    def measure(self, seconds):
        pids = family(self.server.pid)
        before = sum(stat_of(p)[1] for p in pids)
        begin = time.time()
        time.sleep(seconds)
        used = (sum(stat_of(p)[1] for p in pids) - before) / (time.time() - begin)
        return 100 * used, resident_kb(pids) / 1024

    def close(self):
        atexit.unregister(self.close)
        for process in filter(None, (self.server, self.plant)):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.dir)


def row(what, ours, rival, ratio, wanted, reached):
    print(f"ROW|{what}|{ours}|{rival}|{ratio}|{wanted}|{int(reached)}", flush=True)


def main():
    # softIoc keeps no history: neither does this one
    site = Site(1, 100, "100ms", calculations=10000, recorded=False)
    start = site.first_live("C.P9999")
    before = site.plant.readings
    cpu, mb = site.measure(10)
    assert site.plant.readings - before > 95, "the device was not read at 10 Hz"
    site.close()
    row("10,000 calculated points at 10 Hz: CPU", f"{cpu:.1f} %", "EPICS softIoc 6.4 % (recorded)", f"{cpu / 6.4:.2f}",
        "0.5", cpu <= 3.2)
    row("the same: memory", f"{mb:.0f} MB", "81 MB (recorded)", f"{mb / 81:.2f}", "0.5", mb <= 40.5)
    row("the same: start to live", f"{start:.2f} s", "1.1 s (recorded)", f"{start / 1.1:.2f}", "0.5", start <= 0.55)

    site = Site(1, 100, "100ms", calculations=10000)
    site.first_live("C.P9999")
    cpu, mb = site.measure(10)
    site.close()
    row("the same, all 100,000 values/s recorded, durable each second: CPU", f"{cpu:.1f} %", "-", "-", "20 %", cpu <= 20)
    row("the same: memory", f"{mb:.0f} MB", "-", "-", "128 MB", mb <= 128)

    site = Site(10, 100, "1s")
    site.first_live("D9.V99")
    cpu, mb = site.measure(20)
    site.close()
    row("1,000 Modbus registers at 1 s: CPU", f"{cpu:.2f} %", "FUXA 47 % (recorded)", f"1/{47 / max(cpu, 0.01):.0f}", "1/20",
        cpu <= 47 / 20)
    row("the same: memory", f"{mb:.0f} MB", "143 MB (recorded)", f"1/{143 / mb:.1f}", "1/5", mb <= 143 / 5)

    site = Site(50, 100, "1s")
    start = site.first_live("D49.V99")
    cpu, mb = site.measure(5)
    site.close()
    row("5,000 points: chisand and helpers together", f"{mb:.0f} MB", "-", "-", "64 MB", mb <= 64)
    row("the same: first live value", f"{start:.2f} s", "-", "-", "1 s", start <= 1)


main()
