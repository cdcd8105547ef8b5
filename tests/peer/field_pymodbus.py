# SPDX-License-Identifier: Apache-2.0
"""A Modbus/TCP server by pymodbus, laid out as tests/peer/field_peer.c expects it. Prints its port.

Unit 1, holding and input registers: from 0 on, for every type and order, one value in the registers that pymodbus's own
builder makes of it; coils and discrete inputs: every third is set. From 200 on holding registers are 0x5555, to be written;
coils from 100 on too. Addresses from 1000 on do not exist. With a port it is the other side: it reads what was written by a
client of its own, and compares.
"""
import asyncio
import socket
import struct
import sys

from pymodbus.constants import Endian
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.payload import BinaryPayloadBuilder
from pymodbus.server import StartAsyncTcpServer

ORDERS = [  # ABCD CDAB BADC DCBA as pymodbus names them: order of bytes, of registers
    (Endian.Big, Endian.Big),
    (Endian.Big, Endian.Little),
    (Endian.Little, Endian.Big),
    (Endian.Little, Endian.Little),
]
VALUES = [
    ("add_16bit_uint", 54321),
    ("add_16bit_int", -12345),
    ("add_32bit_uint", 3123456789),
    ("add_32bit_int", -2012345678),
    ("add_64bit_uint", 1234567890123456),
    ("add_64bit_int", -1234567890123456),
    ("add_32bit_float", 123.4375),
    ("add_64bit_float", -98765.4321),
]


WRITTEN = [  # as field_peer.c writes them, from 200 on, every type in every order
    ("add_16bit_uint", 65535),
    ("add_16bit_int", -32768),
    ("add_32bit_uint", 4023456789),
    ("add_32bit_int", -1912345678),
    ("add_64bit_uint", 9234567890123456),
    ("add_64bit_int", -9234567890123456),
    ("add_32bit_float", -0.0078125),
    ("add_64bit_float", 31415.926535),
]
PART = 300  # bits 4 to 11 hold 0xA7 then, the others what they held
COILS = {100: True, 101: False, 110: False, 111: True, 120: False}


def by_definition(method, value, order):
    """The registers as the four orders are defined, built by struct alone."""
    code = {"add_16bit_uint": "H", "add_16bit_int": "h", "add_32bit_uint": "I", "add_32bit_int": "i",
            "add_64bit_uint": "Q", "add_64bit_int": "q", "add_32bit_float": "f", "add_64bit_float": "d"}[method]
    data = struct.pack(">" + code, value)
    words = [data[i:i + 2] for i in range(0, len(data), 2)]
    if order in (1, 3):
        words.reverse()
    if order in (2, 3):
        words = [w[::-1] for w in words]
    return [int.from_bytes(w, "big") for w in words]


def registers():
    block = []
    for method, value in VALUES:
        for order, (byte, word) in enumerate(ORDERS):
            if order in (0, 1) and "16bit" not in method and "64bit" not in method:
                # pymodbus's own builder, where it and the definition speak of the same thing
                builder = BinaryPayloadBuilder(byteorder=byte, wordorder=word)
                getattr(builder, method)(value)
                assert builder.to_registers() == by_definition(method, value, order), (method, order)
            block += by_definition(method, value, order)
    return block


def check(host, port):
    from pymodbus.client import ModbusTcpClient

    client = ModbusTcpClient(host, port=port)
    assert client.connect()
    address = 200
    for method, value in WRITTEN:
        for order in range(4):
            want = by_definition(method, value, order)
            got = client.read_holding_registers(address, len(want), slave=1).registers
            assert got == want, (address, method, order, got, want)
            address += len(want)
    got = client.read_holding_registers(address, PART - address, slave=1).registers
    assert set(got) == {0x5555}, got
    assert client.read_holding_registers(PART, 1, slave=1).registers == [0x5A75]
    assert client.read_holding_registers(310, 1, slave=1).registers == [3600]  # a reversion timer
    assert client.read_holding_registers(311, 1, slave=1).registers == [5]
    for coil, want in COILS.items():
        assert client.read_coils(coil, 1, slave=1).bits[0] is want, coil
    print(f"{address - 200} registers and {len(COILS)} coils are as they were written")


async def main(host):
    with socket.socket() as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
    words = registers()
    words += [0] * (200 - len(words))
    words[199] = 0xFFFE  # a scale factor of -2
    words += [0x5555] * 200
    bits = [i % 3 == 0 for i in range(100)] + [False] * 10 + [True] * 10 + [False] * 80
    slave = ModbusSlaveContext(
        hr=ModbusSequentialDataBlock(0, words),
        ir=ModbusSequentialDataBlock(0, words),
        co=ModbusSequentialDataBlock(0, bits),
        di=ModbusSequentialDataBlock(0, bits),
        zero_mode=True,
    )
    context = ModbusServerContext(slaves={1: slave}, single=False)

    async def say():
        while True:
            with socket.socket() as s:
                if s.connect_ex((host, port)) == 0:
                    break
            await asyncio.sleep(0.05)
        print(port, flush=True)

    asyncio.create_task(say())
    await StartAsyncTcpServer(context=context, address=(host, port))


if len(sys.argv) > 2:
    check(sys.argv[1], int(sys.argv[2]))
else:
    asyncio.run(main(sys.argv[1]))
