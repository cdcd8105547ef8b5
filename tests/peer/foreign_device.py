# SPDX-License-Identifier: Apache-2.0
"""A heat meter by pymodbus at the given address: f32 CDAB at holding 100, u32 counter at 102, i16 at 104, a coil at 3.

Prints its port. Every line on standard input is a new value for the f32.
"""
import asyncio
import struct
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer


def swapped(value):
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return [low, high]


async def main():
    address, port = sys.argv[1], int(sys.argv[2])
    holding = ModbusSequentialDataBlock(100, swapped(12.5) + [0x0001, 0x86A0] + [(-72) & 0xFFFF])
    unit = ModbusSlaveContext(hr=holding, co=ModbusSequentialDataBlock(0, [0, 0, 0, 1]), zero_mode=True)
    server = ModbusTcpServer(ModbusServerContext(slaves={7: unit}, single=False), address=(address, port),
                             allow_reuse_address=True, allow_reuse_port=False)
    serving = asyncio.ensure_future(server.serve_forever())
    await server.serving
    print(server.server.sockets[0].getsockname()[1], flush=True)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        holding.setValues(100, swapped(float(line)))
    serving.cancel()


asyncio.run(main())
