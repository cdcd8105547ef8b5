#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# bench_sunspec.py - requests for a SunSpec battery: chisan-field polls the four of musashino, a proxy of its own counts what it asks, against
# the least number that can read them. That number is worked out here: values with their scale factors as intervals, windows of 125.
# Prints ROW lines for run.sh: what | ours | rival | ratio | wanted | 1 if reached.
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peer"))
import sunspec_chain  # noqa: E402

BUILD = os.path.abspath(os.environ.get("top_builddir", "build"))
TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
HOST, WINDOW, SECONDS = "127.66.1.1", 125, 20


class Counter(threading.Thread):
    """Hands on what goes between two sockets, and notes the reads."""

    def __init__(self, port, target):
        super().__init__(daemon=True)
        self.reads, self.target = [], target
        self.listener = socket.create_server((HOST, port))
        self.start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection((HOST, self.target))
            threading.Thread(target=self.pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, False), daemon=True).start()

    def pump(self, source, sink, is_request):
        while data := source.recv(4096):
            if is_request and data[7] == 3:  # one request outstanding: a piece is a request
                self.reads.append((int.from_bytes(data[8:10], "big"), int.from_bytes(data[10:12], "big")))
            sink.sendall(data)
        sink.close()


def least(profile, chain):
    """Per ten seconds, and what one request a model would be."""
    periods, models = {}, {}
    for point in profile["points"]:
        read = point.get("read")
        if read is None:
            continue
        period = int(re.match(r"\d+", str(point.get("poll", "1s"))).group())
        if "point" not in read:
            lo = hi = read["address"]
            model = lo
        else:
            number, name = read["point"].split(".")
            offset, kind, factor = sunspec_chain.POINTS[int(number)][name]
            at = chain.models[int(number)][0]
            places = [at + offset, at + offset + sunspec_chain.TYPES[kind][0] - 1] + ([at + factor] if factor is not None else [])
            lo, hi, model = min(places), max(places), number
        periods.setdefault(period, []).append((lo, hi))
        models.setdefault(period, set()).add(model)
    total = naive = 0
    for period, places in periods.items():
        windows, end = 0, -1
        for lo, hi in sorted(places):
            if hi > end:  # what begins leftmost and is not read yet begins a window
                windows, end = windows + 1, lo + WINDOW - 1
        total += windows * 10 // period
        naive += len(models[period]) * 10 // period
    return total, naive


def answers(port):
    try:
        socket.create_connection((HOST, port)).close()
    except OSError:
        return False
    return True


def until(is_true):
    end = time.monotonic() + 60
    while not is_true():
        if time.monotonic() > end:
            raise SystemExit("the simulated batteries are not read within a minute")
        time.sleep(0.05)


def main():
    work = tempfile.mkdtemp()
    env = dict(os.environ, CHISAN_LIBEXECDIR=f"{BUILD}/scada/site:{BUILD}/scada/store:{BUILD}/scada/planner:{BUILD}/drivers")
    started = []
    try:
        shutil.copytree(os.path.join(TOP, "layouts"), os.path.join(work, "layouts"))
        site = os.path.join(work, "layouts", "musashino", "site.yaml")
        with open(site, encoding="utf-8") as f:
            text = f.read().replace("127.0.0.1", HOST)
        with open(site, "w", encoding="utf-8") as f:
            f.write(text)
        names = ["ESS1", "ESS2", "ESS3", "ESS4"]
        started.append(subprocess.Popen([f"{BUILD}/drivers/plant/chisan-plant", "--only", ",".join(names), os.path.dirname(site)],
                                        env=env, stderr=subprocess.DEVNULL))
        until(lambda: all(answers(15031 + i) for i in range(len(names))))
        counters = {n: Counter(15131 + i, 15031 + i) for i, n in enumerate(names)}
        with open(site, "w", encoding="utf-8") as f:
            f.write(text.replace(f"{HOST}:1503", f"{HOST}:1513"))
        started.append(subprocess.Popen([f"{BUILD}/scada/core/chisand", "-f", os.path.dirname(site), "-d", f"{work}/data", "-s",
                                         f"{work}/s"], env=env, stderr=subprocess.DEVNULL))
        # Models are looked for at each connect: what counts is the polling after it.
        until(lambda: all(c.reads for c in counters.values()))
        rates = [{n: -1 for n in names}]
        while len(rates) < 2 or any(abs(rates[-1][n] - rates[-2][n]) > 2 for n in names):
            was = {n: len(c.reads) for n, c in counters.items()}
            time.sleep(5)
            rates.append({n: len(c.reads) - was[n] for n, c in counters.items()})
        before = {n: len(c.reads) for n, c in counters.items()}
        time.sleep(SECONDS)
        for name, counter in counters.items():
            ours = (len(counter.reads) - before[name]) * 10 / SECONDS
            row(name, ours, text, work)
    finally:
        for p in reversed(started):
            p.terminate()
            p.wait()
        shutil.rmtree(work)


def row(name, ours, text, work):
    device = next(d for d in yaml.safe_load(text)["devices"] if d["name"] == name)
    with open(f"{work}/layouts/profiles/{device['profile']}.yaml", encoding="utf-8") as f:
        profile = yaml.safe_load(f)
    s = socket.create_connection((HOST, 15030 + int(name[3:])))

    def read(address, count):
        s.sendall(bytes([0, 1, 0, 0, 0, 6, 1, 3]) + address.to_bytes(2, "big") + count.to_bytes(2, "big"))
        head = s.recv(9, socket.MSG_WAITALL)
        if head[7] & 0x80:
            return None
        data = s.recv(head[8], socket.MSG_WAITALL)
        return [int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2)]

    fewest, naive = least(profile, sunspec_chain.Chain(read))
    s.close()
    print(f"ROW|{name}, a SunSpec battery: reads in ten seconds|{ours:.1f}, of {fewest} at least|{naive} (one a model)|"
          f"{naive / ours:.1f}x|the least|{int(ours <= fewest * 1.05 + 0.5)}", flush=True)


main()
