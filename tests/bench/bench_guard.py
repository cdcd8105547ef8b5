#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# bench_guard.py - the guard on whole programs: from the answer that brings chisand the bad news until its command is on the device's wire.
# Two cases: the utility's grid is lost (breaker and line together; loads go at once, the battery is nearly empty), and what a set made is drawn of a
# sudden, or given again. The device is a small Modbus server of this script.
import json
import os
import random
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench_operator as bench  # noqa: E402

POWER, BREAKER, LINE, BATTERY, SOC, HALL, SETPOINT, SHED = range(8)
NAMES = ["RX_P", "BRK", "LINE", "ESS_P", "SOC", "HALL_P", "SP", "SHED"]
ROUNDS = int(os.environ.get("CHISAN_BENCH_ROUNDS", "4"))


def site_text(address, port):
    return f"""site: Bench
timezone: Asia/Tokyo
devices:
  - {{name: D, title: Device, profile: d, poll: 100ms, link: "modbus-tcp://{address}:{port}/1"}}
energy:
  dispatch: {{target_kw: 500, ramp_pct_per_s: 100}}
  buses: [{{name: MAIN, carrier: electricity}}]
  assets:
    - {{name: GRID, kind: grid, bus: MAIN, points: {{p: D.RX_P, breaker: D.BRK, line_v: D.LINE}}, import_max_kw: 2000, export_max_kw: 2000,
       contract_kw: 2000, voltage_v: 6600, line_voltage: 66, frequency_hz: 50, price_import: 20, price_export: 10}}
    - {{name: ESS, kind: battery, bus: MAIN, points: {{p: D.ESS_P, soc: D.SOC, p_sp: D.SP}}, energy_kwh: 400, charge_kw: 200, discharge_kw: 200,
       soc_min_pct: 10, soc_max_pct: 90, reserve_pct: 12}}
    - {{name: HALL, kind: load, bus: MAIN, points: {{p: D.HALL_P, shed: D.SHED}}, peak_kw: 400, shed_kw: [50, 100], priority: 3}}
"""


def profile_text():
    lines = ["profile: d", "protocol: modbus", "points:"]
    for i, name in enumerate(NAMES):
        kind, unit = ("setpoint", "kW") if i == SETPOINT else ("setpoint", None) if i == SHED else ("analog", "kW")
        extra = f", unit: {unit}" if unit else ""
        low, high = (-200, 200) if i == SETPOINT else (0, 2) if i == SHED else (-3000, 3000)
        read = f"{{table: holding, address: {i}, type: i16}}"
        write = f", write: {read}, check_back: {{tolerance: 0.5, time: 5s}}" if kind == "setpoint" else ""
        lines.append(f"  - {{tag: {name}, title: {name}, kind: {kind}{extra}, decimals: 0, range: [{low}, {high}], read: {read}{write}}}")
    return "\n".join(lines) + "\n"


class Field(bench.Device):
    """What is drawn follows what the battery gives; when an answer first carries the news is kept."""

    def answer(self, request, now):
        unit, function, first, word = struct.unpack(">BBHH", request[6:12])
        if function == 3 and first == 0 and self.next_scan is not None:
            self.registers[: len(self.next_scan)], self.next_scan, self.changed = self.next_scan, None, now
        if function in (6, 16):
            value = word if function == 6 else struct.unpack(">H", request[13:15])[0]
            self.writes.append((now, first, value))
            self.registers[first] = value
            if first == SETPOINT:
                self.registers[BATTERY] = value
            return request[6:12]
        return super().answer(request, now)


class Bench(bench.Site):
    def __init__(self, address, port):  # the device and the texts are others, the rest is the same
        self.field = Field((address, port), 16)
        self.texts = {"d.yaml": profile_text(), "site.yaml": site_text(address, port)}
        self.calm(60)
        super().__init__(address, 0, 0, "100ms")

    def write(self, *_):
        for name, text in self.texts.items():
            with open(os.path.join(self.dir, name), "w") as f:
                f.write(text)

    def calm(self, soc):
        self.field.registers[: len(NAMES)] = [100, 1, 66, 0, soc, 300, 0, 0]

    def mode(self, word):
        done = subprocess.run([bench.path("console/chisan"), "-s", self.socket, "mode", word, "--reason", "bench"], env=bench.ENV,
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit("the mode is not set: " + done.stdout + done.stderr)

    def is_calm(self):
        done = subprocess.run([bench.path("console/chisan"), "-s", self.socket, "dispatch", "--json"], env=bench.ENV,
                              capture_output=True, text=True)
        state = json.loads(done.stdout)
        return state["grid"] == "there" and self.field.registers[SHED] == 0

    def first_write(self, since, register, before, seconds):
        end = time.time() + seconds
        while time.time() < end:
            for at, first, value in list(self.field.writes):
                if at >= since and first == register and value != before:
                    return at
            time.sleep(0.005)
        sys.exit(f"nothing was written to {NAMES[register]} within {seconds} s: " + open(self.dir + "/log").read()[-2000:])


def becomes(what, is_it, seconds=60):
    end = time.time() + seconds
    while not is_it():
        if time.time() > end:
            sys.exit(f"it never came to that: {what}")
        time.sleep(0.05)


def somewhere_in_a_second():  # of the guard: what is measured depends on it
    time.sleep(random.uniform(0, 1))


def trial(site, news, register):
    site.field.writes.clear()
    site.field.changed, before = 0, site.field.registers[register]
    site.field.next_scan = news
    becomes("the news is read", lambda: site.field.changed != 0)
    since = site.field.changed
    return site.first_write(since, register, before, 10) - since


def lose(site):
    site.calm(13)
    becomes("the grid is there and nothing is shed", site.is_calm)
    somewhere_in_a_second()
    return trial(site, [0, 0, 0, 0, 13, 300], SHED)


def trip(site, kw):
    becomes("the battery is at its most", lambda: site.field.registers[SETPOINT] in (200, -200 & 65535))
    somewhere_in_a_second()
    return trial(site, [kw & 65535, 1, 66], SETPOINT)


def main():
    site = Bench("127.77.3.9", 16290)
    site.mode("economic")
    lost = [lose(site) for _ in range(ROUNDS)]
    site.calm(60)
    becomes("the grid is there and nothing is shed", site.is_calm)
    drawn = [trip(site, -400 if i % 2 == 0 else 400) for i in range(2 * ROUNDS)]
    site.close()
    bench.row(f"the grid is lost: from the answer that tells it to the first load's command on the wire, worst of {len(lost)}", f"{max(lost) * 1000:.0f} ms",
              "1000 ms", max(lost) <= 1)
    bench.row(f"a set trips, or is back: the same to the battery's command, worst of {len(drawn)}", f"{max(drawn) * 1000:.0f} ms", "1000 ms",
              max(drawn) <= 1)


main()
