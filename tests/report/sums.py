#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sums.py CHISAN RAW.csv KIND LABEL...: holds reports against sums that are made here, another way.

What a report says (chisan report KIND LABEL --csv --now) is compared, figure by figure, with sums over
- the samples that were recorded (chisan trend --samples): means, extremes, energies, what held;
- the readings of the plant themselves (RAW.csv of tests/report/musashino): counters, demand, CO2.
Nothing of the program's own arithmetic is used.  Ends with 1 if one figure differs by more than its last digit."""
import bisect
import csv
import io
import subprocess
import sys
from datetime import datetime

BAD = {"no-comm", "failure", "never-read", "blocked", "not-a-number"}
AS = {"平均": "mean", "最大": "max", "最小": "min", "正時": "first", "終値": "last", "積算差": "increment", "積分": "energy"}
KWH_KG, GAS_KG, HEAT_KG = 0.43, 2.05, 60.0
GAS_NORMAL = 298.15 / 273.15 * 101.325 / 100
KWH_GJ, GAS_GJ, OIL_KL = 8.64e-3, 40e-3, 0.0258

chisan = sys.argv[1]
checked = 0
faults = []


def ms_of(iso):
    return round(datetime.fromisoformat(iso.replace("Z", "+00:00")).timestamp() * 1000)


def run(*words):
    return subprocess.run([chisan, *words], check=True, capture_output=True, timeout=60).stdout.decode("utf-8-sig")


class Raw:
    """The readings of the plant."""

    def __init__(self, path):
        with open(path, newline="") as f:
            rows = csv.reader(f)
            self.names = next(rows)
            self.rows = [[float(x) if x else None for x in row] for row in rows]
        self.ms = [int(row[0]) for row in self.rows]
        self.step = self.ms[1] - self.ms[0]
        self.column = {name: i for i, name in enumerate(self.names)}
        self.device = {}
        for name, i in self.column.items():
            self.device.setdefault(name.split(".")[0], i)

    def reading(self, name, ms):
        """Of a counter; between two readings, in a straight line between them.  None: before the first, after the last."""
        c = self.column[name]
        i = bisect.bisect_right(self.ms, ms) - 1
        a, b = i, i + 1
        if i >= 0 and self.rows[i][c] is not None and (b < len(self.rows) and self.rows[b][c] is not None or self.ms[i] == ms):
            return self.rows[i][c]
        while a >= 0 and self.rows[a][c] is None:
            a -= 1
        while b < len(self.rows) and self.rows[b][c] is None:
            b += 1
        if a < 0:
            return self.rows[b][c]
        if b >= len(self.rows):
            return self.rows[a][c]
        part = (ms - self.ms[a]) / (self.ms[b] - self.ms[a])
        return self.rows[a][c] + part * (self.rows[b][c] - self.rows[a][c])

    def unseen(self, device):
        """Stretches in which the device did not answer: from the last answer to the next."""
        out = []
        c = self.device.get(device)
        if c is None:
            return out
        last = self.ms[0]
        for ms, row in zip(self.ms, self.rows):
            if row[c] is not None:
                if ms - last > self.step:
                    out.append((last, ms))
                last = ms
        end = self.ms[-1]
        if last < end:
            out.append((last, end + self.step))
        return out


raw = Raw(sys.argv[2])
unseen_of = {}


class Samples:
    """What was recorded of a point, as stretches in which a value was held and known."""

    def __init__(self, tag, first, last):
        iso = [datetime.fromtimestamp(t / 1000).astimezone().isoformat(timespec="seconds") for t in (first, last)]
        rows = list(csv.DictReader(io.StringIO(run("trend", tag, "--since", iso[0], "--until", iso[1], "--samples", "--csv"))))
        device = tag.split(".")[0]
        if device not in unseen_of:
            unseen_of[device] = raw.unseen(device)
        self.parts, self.read = [], []
        for i, row in enumerate(rows):
            a = ms_of(row["time"])
            b = ms_of(rows[i + 1]["time"]) if i + 1 < len(rows) else last
            if set(row["flags"].split()) & BAD or row["value"] == "" or b <= a:
                continue
            self.read.append((a, float(row["value"])))
            b = min(b, raw.ms[-1])
            for f, t in unseen_of[device]:
                if f < b and t > a:
                    if f > a:
                        self.parts.append((a, f, float(row["value"])))
                    a = max(a, min(t, b))
            if b > a:
                self.parts.append((a, b, float(row["value"])))
        self.begins = [p[0] for p in self.parts]

    def within(self, a, b):
        i = max(bisect.bisect_right(self.begins, a) - 1, 0)
        while i < len(self.parts) and self.parts[i][0] < b:
            f, t, v = self.parts[i]
            f, t = max(f, a), min(t, b)
            if t > f:
                yield f, t, v
            i += 1

    def figure(self, how, a, b):
        parts = list(self.within(a, b))
        if not parts:
            return None
        if how in ("max", "min"):
            # Also what was read at the last moment before a pause, and held for no time at all.
            read = self.read[bisect.bisect_left(self.read, (a, -1e99)) : bisect.bisect_left(self.read, (b, -1e99))]
            return (max if how == "max" else min)([v for _, _, v in parts] + [v for _, v in read])
        if how == "first":
            return parts[0][2] if parts[0][0] == a else None
        if how == "last":
            return parts[-1][2] if parts[-1][1] == b else None
        area = sum((t - f) * v for f, t, v in parts)
        return area / 3.6e6 if how == "energy" else area / sum(t - f for f, t, _ in parts)


def decimals(text):
    return len(text.split(".")[1]) if "." in text else 0


def check(what, said, mine, more=0.0):
    """One figure; more: what readings are rounded by besides the last digit."""
    global checked
    checked += 1
    if said == "***" or mine is None:
        if not (said == "***" and mine is None):
            faults.append(f"{what}: the report says {said}, sums say {mine}")
        return
    room = 0.5001 * 10 ** -decimals(said) + 1e-6 * abs(mine) + more
    if abs(float(said) - mine) > room:
        faults.append(f"{what}: the report says {said}, sums say {mine:.6g}")


def tables(text):
    """Title, heads, rows of each table of a report's CSV."""
    out, block = [], []
    for row in [*csv.reader(io.StringIO(text)), []]:
        if row:
            block.append(row)
        elif block:
            out.append(block)
            block = []
    return out[0], out[1:]


def rounding(tag, said):
    """Registers hold whole steps: a difference of two readings is off by less than one."""
    return 1.0 if decimals(said) == 0 else 0.11


def check_table(kind, block, end):
    heads = {row[0]: row for row in block[1:6]}
    tags, hows = heads["タグ"], heads["種別"]
    body = [row for row in block[1:] if len(row) > 1 and "T" in row[1]]
    foot = {row[0]: row for row in block[1:] if row[0] in ("合計", "最大", "最小", "平均", "管理値", "超過数")}
    edges = [ms_of(row[1]) for row in body] + [end]
    for c in range(2, len(tags), 2):
        tag, how = tags[c], AS[hows[c]]
        samples = None if how == "increment" else Samples(tag, edges[0], end)
        figures = []
        for i, row in enumerate(body):
            a, b = edges[i], edges[i + 1]
            if how == "increment":
                if a >= raw.ms[-1] or b <= raw.ms[0] or row[c] == "***":
                    figures.append(None)
                    if raw.ms[0] < b and a < raw.ms[-1] and kind != "daily":
                        check(f"{kind} {row[0]} {tag}", row[c], 0)
                    continue
                mine = raw.reading(tag, b) - raw.reading(tag, a)
                check(f"{kind} {row[0]} {tag} {how}", row[c], mine, rounding(tag, row[c]))
            else:
                mine = samples.figure(how, a, b)
                check(f"{kind} {row[0]} {tag} {how}", row[c], mine)
            figures.append(mine)
        known = [v for v in figures if v is not None]
        if not known:
            continue
        more = rounding(tag, foot["最大"][c]) if how == "increment" else 0
        if how in ("increment", "energy"):
            check(f"{kind} total {tag}", foot["合計"][c], sum(known), more)
        check(f"{kind} max {tag}", foot["最大"][c], max(known), more)
        check(f"{kind} min {tag}", foot["最小"][c], min(known), more)
        mean = samples.figure("mean", edges[0], end) if how == "mean" else sum(known) / len(known)
        check(f"{kind} mean {tag}", foot["平均"][c], mean, more)
        if "管理値" in foot and foot["管理値"][c]:
            limit = float(foot["管理値"][c])
            check(f"{kind} above {tag}", foot["超過数"][c], sum(v > limit for v in known))


def check_demand(block, begin_of_month):
    greatest = None
    body = [row for row in block[1:] if len(row) > 1 and "T" in row[1]]
    # What the month had before this day.
    a, day = begin_of_month, ms_of(body[0][1])
    while a < day:
        if a >= raw.ms[0]:
            kw = 2 * (raw.reading("GRID.RX.KWH_IMP", a + 1800000) - raw.reading("GRID.RX.KWH_IMP", a))
            greatest = kw if greatest is None else max(greatest, kw)
        a += 1800000
    over = 0
    for row in body:
        a = ms_of(row[1])
        kw = 2 * (raw.reading("GRID.RX.KWH_IMP", a + 1800000) - raw.reading("GRID.RX.KWH_IMP", a))
        greatest = kw if greatest is None else max(greatest, kw)
        check(f"demand {row[0]}", row[4], kw, 0.25)
        check(f"demand {row[0]} month", row[8], greatest, 0.25)
        over += row[6] != ""
        if abs(kw - 1450) > 1 and (kw > 1450) != (row[6] != ""):
            faults.append(f"demand {row[0]}: over is {row[6]!r} at {kw}")
    return over


def check_co2(blocks, begin, end):
    """The whole period by energy: the readings' differences times the factors of the site's table."""
    rows = {row[0]: row for row in blocks[0][1:]}
    a, b = max(begin, raw.ms[0]), min(end, raw.ms[-1])

    def counted(name):
        return raw.reading(name, b) - raw.reading(name, a)

    aux = Samples("WTE.STG.AUX_P", begin, end).figure("energy", begin, end)
    bought, sold, gas = counted("GRID.RX.KWH_IMP"), counted("GRID.RX.KWH_EXP"), counted("GTC.GAS_V")
    made = {"蒸気タービン発電": counted("WTE.STG.KWH"), "ガスタービン発電": counted("GTC.KWH"), "太陽光 市役所": counted("PV1.KWH"),
            "太陽光 センター屋上": counted("PV2.KWH"), "太陽光 エコreゾート": counted("PV3.KWH")}
    heat = {"熱 市役所": counted("HEAT.HALL_GJ"), "熱 体育館": counted("HEAT.GYM_GJ")}
    check("co2 bought", rows["買電"][2], bought, 0.11)
    check("co2 bought t", rows["買電"][7], bought * KWH_KG / 1000, 0.001)
    check("co2 bought GJ", rows["買電"][5], bought * KWH_GJ, 0.01)
    gas_kg = gas * GAS_NORMAL * GAS_KG
    check("co2 gas", rows["都市ガス(CGS)"][2], gas, 0.11)
    check("co2 gas t", rows["都市ガス(CGS)"][7], gas_kg / 1000, 0.001)
    for name, kwh in made.items():
        check("co2 " + name, rows[name][2], kwh, 1.0)
    for name, gj in heat.items():
        check("co2 " + name, rows[name][7], gj * HEAT_KG / 1000, 0.01)
    check("co2 sold", rows["逆送"][2], sold, 0.11)
    check("co2 own", rows["所内動力"][2], aux)
    emission, gj = bought * KWH_KG + gas_kg, bought * KWH_GJ + gas * GAS_NORMAL * GAS_GJ
    check("co2 emission", rows["排出量合計 (購入+燃料)"][7], emission / 1000, 0.001)
    check("co2 oil", rows["原油換算"][2], gj * OIL_KL, 0.001)
    saved = (sum(made.values()) - aux - sold) * KWH_KG + sum(heat.values()) * HEAT_KG - gas_kg
    check("co2 saved", rows["地産による削減量"][7], saved / 1000, 0.02)


def price(ms):
    """Of a kWh by the site's tariff: autumn, working days and Saturdays from 8 to 22 o'clock, else night; fuel adjustment and levy."""
    t = datetime.fromtimestamp(ms / 1000)
    return (18.1 if t.weekday() < 6 and 8 <= t.hour < 22 else 14.9) - 4.2 + 3.98


def check_saving(block, begin, end):
    """CO2 and cost of the day and of its month: half hours of the readings, with the batteries and without them."""
    rows = {row[8]: row for row in block if len(row) == 9}
    month = ms_of(datetime.fromtimestamp(begin / 1000).astimezone().replace(day=1).isoformat())
    for k, a in ((1, begin), (3, max(month, raw.ms[0]))):

        def counted(name, f=None, t=None):
            return raw.reading(name, min(end, raw.ms[-1]) if t is None else t) - raw.reading(name, a if f is None else f)

        aux = Samples("WTE.STG.AUX_P", a, end).figure("energy", a, end)
        made = sum(counted(name + ".KWH") for name in ("WTE.STG", "GTC", "PV1", "PV2", "PV3"))
        heat = counted("HEAT.HALL_GJ") + counted("HEAT.GYM_GJ")
        bought, sold = counted("GRID.RX.KWH_IMP"), counted("GRID.RX.KWH_EXP")
        gas_kg = counted("GTC.GAS_V") * GAS_NORMAL * GAS_KG
        saved = (made - aux - sold) * KWH_KG + heat * HEAT_KG - gas_kg
        cost = moved = moved_cost = apart = most = most_without = 0
        for f in range(a, end, 1800000):
            t = f + 1800000
            drawn, given = counted("GRID.RX.KWH_IMP", f, t), counted("GRID.RX.KWH_EXP", f, t)
            ess = [counted(f"ESS{n}.KWH_D", f, t) - counted(f"ESS{n}.KWH_C", f, t) for n in (1, 2, 3, 4)]
            here = sum(ess[:3])
            # They gave: less given to the grid, then more drawn. They took: less drawn.
            without = max(drawn, drawn - given + here) if here > 0 else max(0, drawn + here)
            cost += drawn * price(f)
            moved += without - drawn
            moved_cost += (without - drawn) * price(f)
            apart += ess[3]
            most, most_without = max(most, 2 * drawn), max(most_without, 2 * without)
        what = "saving day" if k == 1 else "saving month"
        check(what + " bought", rows["bought"][k], bought, 1)
        check(what + " given", rows["given"][k], sold, 1)
        check(what + " made", rows["made"][k], made, 3)
        check(what + " heat", rows["heat"][k], heat, 0.1)
        check(what + " emitted", rows["emitted"][k], bought * KWH_KG + gas_kg, 0.5)
        check(what + " saved", rows["saved_local"][k], saved, 3)
        check(what + " without", rows["without_local"][k], saved + bought * KWH_KG + gas_kg, 3)
        check(what + " cost", rows["cost"][k], cost, 20)
        check(what + " moved", rows["saved_dispatch"][k], (moved + apart) * KWH_KG, 1)
        check(what + " moved cost", rows["cost_saved"][k], moved_cost, 30)
        check(what + " greatest", rows["greatest"][k], most, 2)
        check(what + " greatest without", rows["greatest_without"][k], most_without, 2)


for kind, label in zip(sys.argv[3::2], sys.argv[4::2]):
    head, blocks = tables(run("report", kind, label, "--now", "--csv"))
    head = {row[0]: row[1] for row in head if len(row) > 1}
    begin, end = ms_of(head["開始"]), ms_of(head["終了"])
    before = checked
    if kind in ("daily", "monthly"):
        for block in blocks:
            check_table(kind, block, end)
    elif kind == "demand":
        check_demand(blocks[0], ms_of(head["開始"][:8] + "01" + head["開始"][10:]))
    elif kind == "co2":
        check_co2(blocks, begin, end)
    elif kind == "saving":
        check_saving(blocks[0], begin, end)
    print(f"{kind} {label}: {checked - before} figures compared, {(end - begin) / 3600000:g} hours")
for fault in faults[:20]:
    print("DIFFERS:", fault)
if len(faults) > 20:
    print(f"... and {len(faults) - 20} more")
sys.exit(1 if faults or checked == 0 else 0)
