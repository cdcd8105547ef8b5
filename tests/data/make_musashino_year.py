#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_musashino_year.py YEAR.csv > layouts/musashino-study/year.csv: tests/data/year.csv with what a district needs besides.

Office, school, daylight and CO2 are figures of a real year, copied. All else is made up here, by rules that stand below: opening hours, steam
of two furnaces with their shutdowns, heat by season, prices of the market and of imbalance, and what was filed the day before (the same
hour of the week before, as far as it could be known). No random numbers but those of a fixed generator: it prints the same each time.
"""
import csv
import math
import sys

seed = 12345


def noise():
    global seed
    seed = (seed * 1103515245 + 12345) % 2**31
    return seed / 2**30 - 1  # -1 .. 1


def span(hour, begin, end):  # 0 outside, 1 inside, an hour to rise and fall
    return max(0.0, min(1.0, hour - begin + 0.5, end - hour + 0.5))


def burns(furnace, day):  # by day of the year from 0; both stand over New Year and for the yearly inspection in May
    if day < 3 or day >= 364 or 130 <= day < 137:
        return False
    stands = ((40, 61), (260, 281)) if furnace == 1 else ((65, 86), (285, 306))
    return not any(a <= day < b for a, b in stands)


def main():
    rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow("hour,office_kw,school_kw,daylight_pu,grid_co2_kg_per_kwh,gym_kw,public_pu,night_pu,hall_t_per_h,gym_t_per_h,"
                 "f1_t_per_h,f2_t_per_h,price_export,price_short,price_surplus,filed_kw".split(","))
    wander, market, net = [0.0, 0.0], 0.0, []
    for i, r in enumerate(rows):
        hour, day = i % 24 + 0.5, i // 24
        cold = max(0.0, math.cos(2 * math.pi * (day - 20) / 365))
        warm = max(0.0, -math.cos(2 * math.pi * (day - 30) / 365))
        office, school, sun = float(r["office_kw"]), float(r["school_kw"]), float(r["daylight_pu"])
        gym = 120 + 260 * span(hour, 8, 22) + 40 * warm * span(hour, 10, 20) + 10 * noise()
        public, night = span(hour, 9, 21), 1.0 if hour > 18 or hour < 6 else 0.0
        busy = min(1.0, max(0.0, (office - 250) / 1000))
        hall_t = 2.4 * (0.1 + 0.9 * busy * max(cold, 0.8 * warm))
        gym_t = 1.6 * (0.35 + 0.65 * span(hour, 7, 22) * max(0.4, cold))
        steam = []
        for f in (0, 1):
            wander[f] = 0.8 * wander[f] + 0.02 * noise()
            steam.append(10.8 * (0.95 + wander[f]) if burns(f + 1, day) else 0.0)
        # Two humps and a dip at noon that is deeper the more sun there is; some days are dear.
        market = 0.97 * market + 0.6 * noise()
        price = 11 + 4 * span(hour, 7, 10) + 8 * span(hour, 17, 21) * (1 + 0.4 * max(cold, warm)) - 5 * sun * span(hour, 10, 15)
        price = max(1.0, price + market)
        spread = 2 + 3 * abs(noise())
        burning = (steam[0] > 0) + (steam[1] > 0)
        turbine = 0 if burning == 0 else min(2650, 160 * (sum(steam) - 5)) - 110 * (hall_t + gym_t) - (500 if burning == 1 else 680)
        loads = 0.45 * office + 68 + gym + 65 * public + 8 + 5 * night - 51 * sun
        net.append(turbine - loads)
        # Filed the day before: the week before, if as many furnaces burnt then.
        known = i >= 168 and all(burns(f, day) == burns(f, day - 7) for f in (1, 2))
        filed = net[i - 168] if known and net[i - 168] > 50 else None
        out.writerow([i, r["office_kw"], r["school_kw"], r["daylight_pu"], r["grid_co2_kg_per_kwh"], f"{gym:.0f}", f"{public:g}",
                      f"{night:g}", f"{hall_t:.2f}", f"{gym_t:.2f}", f"{steam[0]:.2f}", f"{steam[1]:.2f}", f"{price:.2f}",
                      f"{price + spread:.2f}", f"{price - spread:.2f}", "" if filed is None else f"{filed:.0f}"])


main()
