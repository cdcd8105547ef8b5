#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# el_node.py ADDRESS PORT FOLDER - a node of ECHONET Lite, by nobody's library: an air conditioner (0157) and a battery (027D).
# FOLDER/announce: each line "OBJECT EPC HEX" that is written there is announced (INF, or INFC where the line begins with !) and done with;
# "0EF001 83 HEX" makes it another node, which announces its instances.
# What was asked and answered goes to FOLDER/log. SetC of 0157.DE above 30000 is refused.
import os, select, socket, struct, sys, time

address, port, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
node = bytes.fromhex("0EF001")
things = {
    bytes.fromhex("015701"): {0x80: b"\x30", 0x88: b"\x42", 0xDB: b"\0\0\x13\x88", 0xDE: b"\0\0\0\0", 0xDF: b"\0\0\x01\xF4"},
    bytes.fromhex("027D01"): {0x80: b"\x30", 0x88: b"\x42", 0xCF: b"\x44", 0xD3: b"\0\0\0\0", 0xDA: b"\x46", 0xE4: b"\x32"},
}
settable = {bytes.fromhex("015701"): [0xDE], bytes.fromhex("027D01"): [0xDA]}
announced = {bytes.fromhex("015701"): [0xDE], bytes.fromhex("027D01"): [0xCF, 0xD3]}
identification = bytes.fromhex("FE000077000000000000000000000000A1")
log = open(os.path.join(folder, "log"), "a", buffering=1)
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((address, port))
sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
peer = None


def epc_map(epcs):
    epcs = sorted(set(epcs))
    if len(epcs) < 16:
        return bytes([len(epcs)] + epcs)
    bits = [0] * 16
    for e in epcs:
        bits[e & 15] |= 1 << (e // 16 - 8)
    return bytes([len(epcs)] + bits)


def get(obj, epc):
    if obj == node:
        return {0x80: b"\x30", 0x83: identification, 0xD6: bytes([len(things)]) + b"".join(things)}.get(epc)
    have = things[obj]
    maps = {0x9D: announced[obj], 0x9E: settable[obj], 0x9F: list(have) + [0x9D, 0x9E, 0x9F]}
    return epc_map(maps[epc]) if epc in maps else have.get(epc)


def put(obj, epc, data):
    if epc not in settable.get(obj, []) or len(data) != len(things[obj][epc]):
        return False
    if epc == 0xDE and struct.unpack(">I", data)[0] > 30000:
        return False
    things[obj][epc] = data
    return True


def answer(frame):
    if len(frame) < 12 or frame[:2] != b"\x10\x81":
        return None
    tid, seoj, deoj, esv, n, at = frame[2:4], frame[4:7], frame[7:10], frame[10], frame[11], 12
    if deoj != node and deoj not in things or esv not in (0x61, 0x62):
        return None
    body, whole = b"", True
    for _ in range(n):
        epc, data = frame[at], frame[at + 2 : at + 2 + frame[at + 1]]
        at += 2 + frame[at + 1]
        if esv == 0x62:
            out = get(deoj, epc)
            whole &= out is not None
            out = out or b""
        else:
            ok = put(deoj, epc, data)
            whole &= ok
            out = b"" if ok else data
            log.write("set %s %02X %s %s\n" % (deoj.hex(), epc, data.hex(), "done" if ok else "refused"))
        body += bytes([epc, len(out)]) + out
    ok, refused = (0x72, 0x52) if esv == 0x62 else (0x71, 0x51)
    return b"\x10\x81" + tid + deoj + seoj + bytes([ok if whole else refused, n]) + body


def announce(line):
    is_asking = line.startswith("!")
    obj, epc, data = line.lstrip("!").split()
    obj, epc, data = bytes.fromhex(obj), int(epc, 16), bytes.fromhex(data)
    if obj == node:  # it is another one from now on, and says that it has come up
        global identification
        identification, epc, data = data, 0xD5, get(node, 0xD6)
    else:
        things[obj][epc] = data
    frame = b"\x10\x81\x00\x63" + obj + node + bytes([0x74 if is_asking else 0x73, 1, epc, len(data)]) + data
    sock.sendto(frame, peer if is_asking else ("224.0.23.0", port))


log.write("ready\n")
while True:
    if select.select([sock], [], [], 0.05)[0]:
        frame, sender = sock.recvfrom(1500)
        if len(frame) > 10 and frame[10] == 0x7A:
            log.write("confirmed %s\n" % frame.hex())
            continue
        reply = answer(frame)
        if reply:
            peer = sender
            sock.sendto(reply, sender)
    wanted = os.path.join(folder, "announce")
    if os.path.exists(wanted) and peer:
        os.rename(wanted, wanted + ".now")
        for line in open(wanted + ".now"):
            announce(line.strip())
