# SPDX-License-Identifier: Apache-2.0
# line.py PATH DIR - two Modbus RTU slaves, units 1 and 2, on one pseudo-terminal, whose name is linked to PATH. For tests only. Register N
# of unit U holds U * 1000 + N until it is written.
#   DIR/mode    what happens to replies, read before each:
#               normal; noise (bytes before the frame); garbled N (one in N has a flipped bit); silent U (that unit says nothing);
#               other (the wrong unit answers first); half; drip (a byte each 5 ms); late MS; echo (the request comes back first);
#               empty [F] (reads, those by function F, are answered soundly, with no register in it);
#               unplug (the line goes away, and comes back when the mode is another); babble (noise without end while nobody asks)
#   DIR/writes  each register that is written, as "UNIT N VALUE"
#   DIR/asked   each request, as "UNIT FUNCTION ADDRESS COUNT"
import os
import pty
import random
import select
import struct
import sys
import time
import tty

PATH, FOLDER = sys.argv[1:3]
written = {}
random.seed(1)
count = 0


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


def mode():
    try:
        with open(FOLDER + "/mode") as file:
            return file.read().split()
    except FileNotFoundError:
        return []


def say(name, *words):
    with open(FOLDER + "/" + name, "a") as file:
        print(*words, file=file, flush=True)


def plug_in():
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), PATH + ".new")
    os.rename(PATH + ".new", PATH)
    return master, slave


def reply_to(frame):
    unit, function, address, number = struct.unpack(">BBHH", frame[:6])
    say("asked", unit, function, address, number)
    if function in (3, 4):
        if number > 100:
            return bytes([unit, function | 128, 2])
        values = [written.get((unit, n), unit * 1000 + n) for n in range(address, address + number)]
        return struct.pack(">BBB%dH" % number, unit, function, 2 * number, *values)
    if function in (6, 16):
        values = [number] if function == 6 else struct.unpack(">%dH" % number, frame[7 : 7 + 2 * number])
        for n, value in enumerate(values):
            written[unit, address + n] = value
            say("writes", unit, address + n, value)
        return frame[:6]
    return bytes([unit, function | 128, 1])


def length(data):
    """Of the request at the start; 0: not known yet."""
    if len(data) < 7:
        return 0
    return 9 + data[6] if data[1] in (15, 16) else 8


def send(master, frame, reply):
    global count
    how = mode() or ["normal"]
    if how[0] == "empty" and reply[1] in ([int(how[1])] if how[1:] else [3, 4]):
        reply = reply[:2] + bytes([0])
    data = reply + crc(reply)
    count += 1
    if how[0] == "silent" and int(how[1]) == frame[0]:
        return
    if how[0] == "noise":
        data = bytes(random.randrange(256) for _ in range(random.randrange(1, 20))) + data
    if how[0] == "garbled" and count % int(how[1]) == 0:
        at = random.randrange(len(data))
        data = data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
    if how[0] == "other":
        stranger = bytes([frame[0] ^ 3]) + reply[1:]
        data = stranger + crc(stranger) + data
    if how[0] == "half":
        data = data[: len(data) // 2]
    if how[0] == "echo":
        data = frame + data
    if how[0] == "late":
        time.sleep(int(how[1]) / 1000)
    if how[0] == "drip":
        for byte in data:
            os.write(master, bytes([byte]))
            time.sleep(0.005)
    else:
        os.write(master, data)


def main():
    master, slave = plug_in()
    data = b""
    print("ready", flush=True)
    while True:
        if mode()[:1] == ["unplug"]:
            os.unlink(PATH)
            os.close(master)
            os.close(slave)
            while mode()[:1] == ["unplug"]:
                time.sleep(0.05)
            master, slave = plug_in()
            data = b""
        if mode()[:1] == ["babble"] and select.select([], [master], [], 0)[1]:
            os.write(master, bytes(random.randrange(256) for _ in range(5)))
        if not select.select([master], [], [], 0.02)[0]:
            data = b""  # silence ends a frame
            continue
        data += os.read(master, 300)
        n = length(data)
        if n == 0 or len(data) < n:
            continue
        frame, data = data[:n], data[n:]
        if crc(frame[:-2]) == frame[-2:] and frame[0] in (1, 2):
            send(master, frame, reply_to(frame))


main()
