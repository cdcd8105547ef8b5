# SPDX-License-Identifier: Apache-2.0
"""A Modbus/TCP server by pymodbus, laid out as tests/peer/field_peer.c expects it. Prints its port.

Unit 1, holding and input registers: from 0 on, for every type and order, one value in the registers that pymodbus's own
builder makes of it; coils and discrete inputs: every third is set. Addresses from 1000 on do not exist.
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


async def main(host):
    with socket.socket() as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
    words = registers()
    words += [0] * (200 - len(words))
    words[199] = 0xFFFE  # a scale factor of -2
    bits = [i % 3 == 0 for i in range(200)]
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


asyncio.run(main(sys.argv[1]))
