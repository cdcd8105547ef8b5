#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# plant_pymodbus.py - pymodbus reads every point of the simulated district, decodes it by its profile and writes some.
import glob
import os
import struct
import sys
import time

from pymodbus.client import ModbusSerialClient, ModbusTcpClient
import yaml

import sunspec_chain

WORDS = {"bit": 1, "u16": 1, "i16": 1, "u32": 2, "i32": 2, "u64": 4, "i64": 4, "f32": 2, "f64": 4}
FORMAT = {"u16": ">H", "i16": ">h", "u32": ">I", "i32": ">i", "u64": ">Q", "i64": ">q", "f32": ">f", "f64": ">d"}


def decode(words, read, order):
    data = [struct.pack(">H", w) for w in words]
    if order in ("CDAB", "DCBA"):
        data.reverse()
    if order in ("BADC", "DCBA"):
        data = [d[::-1] for d in data]
    raw = struct.unpack(FORMAT[read["type"]], b"".join(data))[0]
    if "bit" in read:
        raw = raw >> read["bit"] & 1
    elif "bits" in read:
        lo, hi = read["bits"]
        raw = raw >> lo & ((1 << (hi - lo + 1)) - 1)
    value = raw * read.get("scale", 1) + read.get("offset", 0)
    return -value if read.get("invert") else value


chains = {}


def read_place(client, unit, read):
    def registers(address, count):
        reply = client.read_holding_registers(address, count, slave=unit)
        return None if reply.isError() else reply.registers

    if (client, unit) not in chains:
        chains[(client, unit)] = sunspec_chain.Chain(registers)
    raw = chains[(client, unit)].value(read["point"])
    if "bit" in read:
        raw = raw >> read["bit"] & 1
    return raw * read.get("scale", 1)


def read_point(client, unit, read, order):
    if "point" in read:
        return read_place(client, unit, read)
    table, address, count = read["table"], read["address"], WORDS[read["type"]]
    call = {"coil": client.read_coils, "discrete": client.read_discrete_inputs,
            "holding": client.read_holding_registers, "input": client.read_input_registers}[table]
    reply = call(address, count, slave=unit)
    if reply.isError():
        raise SystemExit(f"{table} {address}: {reply}")
    if read["type"] == "bit":
        return float(bool(reply.bits[0]) != bool(read.get("invert")))
    return decode(reply.registers, read, read.get("byte_order", order))


def main():
    folder, host = sys.argv[1], sys.argv[2]
    with open(os.path.join(folder, "site.yaml"), encoding="utf-8") as f:
        site = yaml.safe_load(f)
    profiles = {}
    for path in glob.glob(os.path.join(folder, "..", "profiles", "*.yaml")):
        with open(path, encoding="utf-8") as f:
            p = yaml.safe_load(f)
        profiles[p["profile"]] = p
    clients, seen = {}, 0
    where = {}
    for device in site["devices"]:
        profile = profiles[device["profile"]]
        if profile.get("protocol") not in ("modbus", "sunspec"):
            continue
        address, unit = device["link"].split("//")[1].rsplit("/", 1)
        if address not in clients:
            if address.startswith("/"):  # a serial line
                assert host in address, address
                clients[address] = ModbusSerialClient(address, baudrate=38400, parity="N", stopbits=2, timeout=5)
            else:
                ip, port = address.rsplit(":", 1)
                assert ip == host, ip
                clients[address] = ModbusTcpClient(ip, port=int(port), timeout=5)
            assert clients[address].connect(), address
        where[device["name"]] = (clients[address], int(unit), profile)
        for point in profile["points"]:
            if "read" not in point:
                continue
            v = read_point(clients[address], int(unit), point["read"], profile.get("byte_order", "ABCD"))
            name = device["name"] + "." + point["tag"]
            assert v == v, name
            if "range" in point and point["kind"] != "counter":
                lo, hi = point["range"]
                assert lo <= v <= hi, f"{name} = {v} is not in {lo}..{hi}"
            if "states" in point:
                assert v in point["states"], f"{name} = {v} is no state"
            seen += 1
    assert seen > 250, seen
    assert sorted({c.base for c in chains.values()}) == [0, 40000, 50000], "not every place of a chain was met"
    client, unit, _ = where["ESS1"]
    assert [chains[(client, unit)].text(o, 16) for o in (2, 18, 50)] == ["Chisan", "PCS-180", "MU-181"]

    def value(name):
        device, tag = name.split(".", 1)
        client, unit, profile = where[device]
        point = next(p for p in profile["points"] if p["tag"] == tag)
        return read_point(client, unit, point["read"], profile.get("byte_order", "ABCD"))

    # FC 16: a float with its low word first, read back and followed
    client, unit, _ = where["HEAT"]
    words = struct.unpack(">HH", struct.pack(">f", 0.70))
    assert not client.write_registers(200, [words[1], words[0]], slave=unit).isError()
    assert abs(value("HEAT.HALL_P_SP") - 0.70) < 1e-6
    until(lambda: 0.67 < value("HEAT.HALL_P") < 0.73, "the supply pressure follows")
    # FC 6, 22, 23 (pymodbus calls the unit by another name in the last two)
    client, unit, _ = where["HALL"]
    assert not client.write_register(22, 245, slave=unit).isError()
    assert abs(value("HALL.SETT") - 24.5) < 1e-9
    assert not client.mask_write_register(22, 0xFFF0, 0x000A, unit=unit).isError()
    assert abs(value("HALL.SETT") - 25.0) < 1e-9
    reply = client.readwrite_registers(read_address=22, read_count=1, write_address=22, write_registers=[230], unit=unit)
    assert reply.registers == [230], reply
    # FC 5 and 15
    client, unit, _ = where["LIGHT"]
    assert not client.write_coil(2, True, slave=unit).isError()
    until(lambda: value("LIGHT.P") > 3, "the lights take power")
    assert not client.write_coils(2, [False], slave=unit).isError()
    until(lambda: value("LIGHT.P") < 0.5, "the lights are out")
    # refusals
    assert client.read_holding_registers(9000, 1, slave=unit).exception_code == 2
    assert client.read_holding_registers(0, 1, slave=99).exception_code == 11
    assert client.read_holding_registers(0, 1, slave=250).exception_code == 10
    client, unit, _ = where["HALL"]
    assert client.write_register(22, 999, slave=unit).exception_code == 3
    assert client.write_register(0, 1, slave=unit).exception_code == 2
    print(f"{seen} points read through pymodbus")


def until(condition, what):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


main()
