# SPDX-License-Identifier: Apache-2.0
# serial_slave.py PATH - pymodbus as the slaves 7 and 9 of a serial line: holding register N of unit U holds U * 100 + N; and as a SunSpec
# device, unit 5, laid out by sunspec_pymodbus.py; with a device identification that would like to be seen by a terminal. For tests only.
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.server import StartSerialServer
from pymodbus.transaction import ModbusRtuFramer

import sunspec_pymodbus


def slave(unit):
    block = ModbusSequentialDataBlock(0, [unit * 100 + n for n in range(100)])
    return ModbusSlaveContext(hr=block, ir=block, zero_mode=True)


identity = ModbusDeviceIdentification(
    info_name={"VendorName": "Foreign Works", "ProductCode": "\033[2JS7\007", "MajorMinorRevision": "4.7"}
)
block = ModbusSequentialDataBlock(sunspec_pymodbus.BASE, sunspec_pymodbus.layout())
StartSerialServer(
    context=ModbusServerContext(slaves={5: ModbusSlaveContext(hr=block, zero_mode=True), 7: slave(7), 9: slave(9)}, single=False),
    framer=ModbusRtuFramer,
    identity=identity,
    port=sys.argv[1],
    baudrate=38400,
    parity="N",
    stopbits=2,
    timeout=1,
)
