# SPDX-License-Identifier: Apache-2.0
"""A SunSpec device by pymodbus, its chain laid out by sunspec_chain.py and not by our tables. See sunspec_pymodbus.sh.

serve HOST          serves it at 50000, with a model that nobody knows and values that are not implemented; prints its port
compare FILE        the JSON of `chisan probe` says what was laid out
written HOST PORT   a client of pymodbus reads what chisand wrote to 704
"""
import asyncio
import json
import socket
import struct
import sys
import time

import sunspec_chain

BASE = 50000
LENGTHS = [(1, 66), (103, 50), (64777, 300), (160, 48), (701, 153), (704, 65), (713, 7), (715, 7), (802, 62), (803, 26)]
# what the device says: raw values by name, and powers of ten by the offset in their model
RAW = {"103.W": -1234, "103.Hz": 5003, "103.WH": 3123456789, "103.DCV": 0xFFFF, "103.St": 4, "103.Evt1": 0x80000001,
       "160.module[1].DCW": 111, "160.module[2].DCW": 222, "701.W": 0x8000 - 65536, "701.Hz": 49987, "701.TotWhInj": 1234567890123,
       "701.LLV": 2021, "704.WSet": 0, "713.SoC": 555, "713.SoH": 987, "715.DERHb": 70000, "802.A": -321, "802.CellVMax": 3701,
       "802.Evt1": 0, "803.ModTmpMax": -55}
FACTORS = {103: {15: 1, 17: -2, 26: 0, 30: -1}, 160: {4: -1}, 701: {116: 2, 115: -3, 120: 1, 114: -1}, 704: {55: 1},
           713: {8: -1}, 802: {61: -1, 60: -3}, 803: {23: -1}}
MISSING = {"103.DCV", "701.W"}


def pack(kind, value):
    data = struct.pack(sunspec_chain.TYPES[kind][1], value)
    return list(struct.unpack(f">{len(data) // 2}H", data))


def text(words, at, value):
    data = value.encode().ljust(2 * ((len(value) + 1) // 2), b"\0")
    words[at:at + len(data) // 2] = struct.unpack(f">{len(data) // 2}H", data)


def layout():
    words, starts = [0x5375, 0x6E53], {}
    for number, length in LENGTHS:
        starts[number] = len(words)
        words += [number, length] + [0] * length
    words += [0xFFFF, 0]
    text(words, starts[1] + 2, "Foreign Works")
    text(words, starts[1] + 18, "FW-9000")
    text(words, starts[1] + 50, "0042-Z")
    words[starts[160] + 8] = 2
    for number, factors in FACTORS.items():
        for offset, power in factors.items():
            words[starts[number] + offset] = power & 0xFFFF
    for name, raw in RAW.items():
        number = int(name.split(".")[0])
        if "[" in name:
            first, size, points = sunspec_chain.BLOCKS[number]
            offset, kind, _ = points[name.split(".")[2]]
            offset += first + (int(name.split("[")[1].split("]")[0]) - 1) * size
        else:
            offset, kind, _ = sunspec_chain.POINTS[number][name.split(".")[1]]
        at = starts[number] + offset
        words[at:at + sunspec_chain.TYPES[kind][0]] = pack(kind, raw)
    return words


async def serve(host):
    from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
    from pymodbus.device import ModbusDeviceIdentification
    from pymodbus.server import StartAsyncTcpServer

    plain = ModbusSlaveContext(hr=ModbusSequentialDataBlock(0, [0x1234] * 10), zero_mode=True)
    names = ModbusDeviceIdentification(info={0: "Plain Works", 1: "PW-1", 2: "3.2"})
    block = ModbusSequentialDataBlock(BASE, layout())
    slave = ModbusSlaveContext(hr=block, zero_mode=True)
    with socket.socket() as s:
        s.bind((host, 0))
        port = s.getsockname()[1]
    asyncio.get_running_loop().call_later(0.2, lambda: print(port, flush=True))
    await StartAsyncTcpServer(context=ModbusServerContext(slaves={1: slave, 2: plain}, single=False), identity=names,
                              address=(host, port))


def compare(path):
    with open(path, encoding="utf-8") as f:
        said = json.load(f)
    assert (said["manufacturer"], said["model"], said["serial"]) == ("Foreign Works", "FW-9000", "0042-Z"), said
    assert said["base"] == BASE and said["whole"]
    assert [(m["model"], m["length"]) for m in said["models"]] == LENGTHS
    points = {p["name"]: p for p in said["points"]}
    for name, raw in RAW.items():
        number = int(name.split(".")[0])
        key = name.split(".")[-1]
        factor = (sunspec_chain.BLOCKS[number][2] if "[" in name else sunspec_chain.POINTS[number])[key][2]
        if name in MISSING:
            assert "error" in points[name], points[name]
            continue
        want = raw * 10.0 ** FACTORS[number][factor] if factor is not None else raw
        assert abs(points[name]["value"] - want) <= 1e-9 * abs(want), (points[name], want)
    print(f"{len(RAW)} values of {len(points)} compared")


def written(host, port):
    from pymodbus.client import ModbusTcpClient

    client = ModbusTcpClient(host, port=int(port))
    assert client.connect()

    def read(address, count):
        reply = client.read_holding_registers(address, count, slave=1)
        return None if reply.isError() else reply.registers

    chain = sunspec_chain.Chain(read)
    at = chain.models[704][0]
    # enabled, in W, the value by its power of ten, reversion to nothing, enabled for it, for a minute
    assert read(at + 22, 2) == [1, 1], read(at + 22, 2)
    assert sunspec_chain.words_to("i32", read(at + 24, 2)) == -4250, read(at + 24, 2)
    assert sunspec_chain.words_to("i32", read(at + 26, 2)) == 0
    assert read(at + 30, 3) == [1, 0, 60], read(at + 30, 3)
    at = chain.models[715][0]
    end = time.monotonic() + 30
    while sunspec_chain.words_to("u32", read(at + 5, 2)) < 2:
        assert time.monotonic() < end, "no heartbeat"
        time.sleep(0.1)
    print("what was written is there")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(sys.argv[2]))
    elif sys.argv[1] == "compare":
        compare(sys.argv[2])
    else:
        written(sys.argv[2], sys.argv[3])
