# SPDX-License-Identifier: Apache-2.0
# sunspec_chain.py - SunSpec for the tests alone: finds the chain of a device and reads single points of it, by a table written
# independently of the one in scada/base and of that of chisan-plant. Source: the SunSpec models of the same numbers.
import struct

# model: {point: (offset from the model's number, type, offset of its power of ten or None)}
POINTS = {
    103: {"PPVphAB": (7, "u16", 13), "W": (14, "i16", 15), "Hz": (16, "u16", 17), "VAr": (20, "i16", 21), "WH": (24, "u32", 26),
          "DCV": (29, "u16", 30), "TmpCab": (33, "i16", 37), "St": (38, "u16", None), "Evt1": (40, "u32", None)},
    123: {"WMaxLimPct": (5, "u16", 23)},
    124: {"ChaState": (8, "u16", 22), "OutWRte": (12, "i16", 25)},
    302: {"GHI": (2, "u16", None)},
    307: {"TmpAmb": (2, "i16", None), "RH": (3, "i16", None), "WndSpd": (5, "i16", None), "Rain": (7, "i16", None)},
    701: {"InvSt": (4, "u16", None), "Alrm": (6, "u32", None), "DERMode": (8, "u32", None), "W": (10, "i16", 116),
          "Var": (12, "i16", 119), "LLV": (15, "u16", 114), "Hz": (17, "u32", 115), "TotWhInj": (19, "u64", 120),
          "TotWhAbs": (23, "u64", 120)},
    704: {"WSet": (24, "i32", 55)},
    713: {"WHAvail": (3, "u16", 7), "SoC": (4, "u16", 8), "SoH": (5, "u16", 8)},
    715: {"LocRemCtl": (2, "u16", None), "DERHb": (3, "u32", None), "AlarmReset": (7, "u16", None), "OpCtl": (8, "u16", None)},
    802: {"SoC": (11, "u16", 56), "SoH": (13, "u16", 58), "LocRemCtl": (17, "u16", None), "Hb": (18, "u16", None),
          "AlmRst": (20, "u16", None), "State": (22, "u16", None), "Evt1": (26, "u32", None), "V": (34, "u16", 59),
          "CellVMax": (37, "u16", 60), "CellVMin": (40, "u16", 60), "A": (44, "i16", 61), "SetOp": (50, "u16", None)},
    803: {"ModTmpMax": (4, "i16", 23), "ModTmpMin": (7, "i16", 23)},
}
# model: (first block, registers of a block, {point: (offset in the block, type, offset of its power of ten in the model)})
BLOCKS = {160: (10, 20, {"DCW": (11, "u16", 4)})}
TYPES = {"u16": (1, ">H"), "i16": (1, ">h"), "u32": (2, ">I"), "i32": (2, ">i"), "u64": (4, ">Q"), "f32": (2, ">f")}


def words_to(kind, words):
    return struct.unpack(TYPES[kind][1], b"".join(struct.pack(">H", w) for w in words))[0]


class Chain:
    """read(address, count) gives registers, or None when the device refuses."""

    def __init__(self, read):
        self.read = read
        self.models = {}
        self.base = next((b for b in (0, 40000, 50000) if read(b, 2) == [0x5375, 0x6E53]), None)
        assert self.base is not None, "no chain"
        at = self.base + 2
        while True:
            number, length = read(at, 2)
            if number == 0xFFFF:
                break
            self.models.setdefault(number, (at, length))
            at += 2 + length
        self.end = at

    def text(self, offset, count):
        words = self.read(self.models[1][0] + offset, count)
        return b"".join(struct.pack(">H", w) for w in words).split(b"\0")[0].decode()

    def value(self, name):
        model, rest = name.split(".", 1)
        at = self.models[int(model)][0]
        if "[" in rest:
            block = int(rest.split("[")[1].split("]")[0])
            first, size, points = BLOCKS[int(model)]
            offset, kind, factor = points[rest.split(".")[1]]
            offset += first + (block - 1) * size
        else:
            offset, kind, factor = POINTS[int(model)][rest]
        raw = words_to(kind, self.read(at + offset, TYPES[kind][0]))
        if factor is None:
            return raw
        return raw * 10.0 ** words_to("i16", self.read(at + factor, 1))
