# SPDX-License-Identifier: Apache-2.0
# ask.py SOCKET COMMAND ... - a client of chisand that knows frames and nothing else.  For tests only.
#   manual POINT VALUE REASON [SECONDS]   value by hand, until so many seconds from now
#   measured POINT REASON                 its end
#   scan POINT on|off REASON
#   note TEXT [POINT]
#   confirm REPORT LABEL REVISION DIGEST  in hexadecimal digits
#   journal                               all entries, through the reader
#   follow FILE                           entries as they are recorded, until the end
#   alarms                                name, state and occurrence of each that is not at rest
#   act ACT REASON SECONDS NAME...        on alarms (ack, shelve ... as base/alarm.h counts them); until so many seconds from now, 0 = one-shot
#   command STEP POINT VALUE REASON [COMMAND]   check select operate cancel release
#   registers DEVICE TABLE ADDRESS TIMES  asked for so often at once, by their numbers; ERR of each
#   outputs                               point, value and author of each override
# Prints "ERR DETAIL TEXT" of the result.
import os
import socket
import struct
import sys
import time

REGISTERS_GET = 61
HELLO, RESULT, SUBSCRIBE, MANUAL, SCAN, JOURNAL, JOURNAL_GET, NOTE, HEALTH, BYE = 1, 2, 64, 128, 129, 166, 173, 181, 167, 3
POINT, SNAPSHOT_END, ALARM_DEF, ALARM, ALARM_ACT, COMMAND, COMMAND_STATE, OUTPUT = 67, 70, 96, 97, 99, 130, 131, 133
STATES = "NORM UNACK ACKED RTNUN LATUN LATAK SHLVD DSUPR OOSRV".split()
ACTS = "ack reset shelve unshelve oos return silence comment test limit".split()
STEPS = "check select operate cancel release extend undo".split()


def data(b):
    n, out = len(b), b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n]) + b


def text(s):
    return data(s.encode()) + b"\0"


class Body:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        v = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return v[0]

    def length(self):
        n = shift = 0
        while True:
            b = self.take("B")
            n |= (b & 127) << shift
            shift += 7
            if b < 128:
                return n

    def text(self):
        n = self.length()
        s = self.data[self.at : self.at + n].decode()
        self.at += n + 1
        return s


class Chisand:
    def __init__(self, path):
        self.s = socket.socket(socket.AF_UNIX)
        self.s.settimeout(20)
        self.s.connect(path)
        self.sequence = 0
        self.send(HELLO, struct.pack(">HHBQQQQ", 1, 0, 0, 0, 0, 0, 0) + text("ask.py") + text("0") + text("") + text(""))
        self.wait(HELLO)

    def send(self, kind, body, generation=0):
        self.sequence += 1
        self.s.sendall(struct.pack(">IHHII", len(body), kind, generation, self.sequence, 0) + body)
        return self.sequence

    def exactly(self, n):
        data = b""
        while len(data) < n:
            part = self.s.recv(n - len(data))
            if not part:
                raise ConnectionError
            data += part
        return data

    def frame(self):
        length, kind, self.generation, _, reply = struct.unpack(">IHHII", self.exactly(16))
        return kind, reply, Body(self.exactly(length))

    def wait(self, kind, reply=None):
        while True:
            k, r, body = self.frame()
            if k == kind and (reply is None or r == reply):
                return body

    def result(self, sequence):
        b = self.wait(RESULT, sequence)
        err, cause, detail = b.take("H"), b.take("B"), b.take("H")
        return err, detail, b.text()


def entry(b):
    seq, at, kind, reason, uid = b.take("Q"), b.take("q"), b.take("H"), b.take("H"), b.take("I")
    point, user, terminal, words, before, after = (b.text() for _ in range(6))
    return "%d kind=%d point=%s user=%s text=%s before=%s after=%s" % (seq, kind, point, user, words, before, after)


def alarms(c):
    """{name: (state, occurrence, priority)} of all alarms."""
    c.send(SUBSCRIBE, struct.pack(">I", 1 | 128))
    names, states = {}, {}
    while True:
        kind, _, b = c.frame()
        if kind == ALARM_DEF:
            number = b.take("I")
            b.take("I"), b.take("I"), b.take("B")
            priority = b.take("B")
            b.take("B"), b.take("d"), b.take("d"), b.take("I"), b.take("I"), b.take("I"), b.take("I")
            names[number] = (b.text(), priority)
        elif kind == ALARM:
            number, state = b.take("I"), b.take("B")
            b.take("B"), b.take("H")
            states[number] = (STATES[state], b.take("Q"))
        elif kind == SNAPSHOT_END:
            return {name: states.get(n, ("NORM", 0)) + (priority,) for n, (name, priority) in names.items()}


def act(c, token, word, reason, seconds, names):
    until = int((time.time() + seconds) * 1e6) if seconds > 0 else 0
    listed = b"".join(text(n) + struct.pack(">Q", 0) for n in names)
    return c.send(ALARM_ACT, struct.pack(">QBBBqd", token, ACTS.index(word), 0, 0, until, float("nan")) + text(reason) + data(listed))


def give(c, token, step, point, value, reason, number=0):
    return c.send(COMMAND, struct.pack(">QBBQdq", token, STEPS.index(step), 0, number, value, 0) + text(point) + text(reason) + text(point))


def outputs(c):
    c.send(SUBSCRIBE, struct.pack(">I", 1 | 256))
    while True:
        kind, _, b = c.frame()
        if kind == OUTPUT:
            point, slot = b.take("I"), b.take("B")
            b.take("H")
            values = [b.take("d") for _ in range(7)]
            b.take("q"), b.take("q"), b.take("Q")
            user = b.text()
            if slot == 0:
                print(point, "%g" % values[3], user)
        elif kind == SNAPSHOT_END:
            return


def main():
    path, command, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
    c = Chisand(path)
    token = struct.unpack(">Q", os.urandom(8))[0]
    if command == "manual":
        until = int((time.time() + float(rest[3])) * 1e6) if len(rest) > 3 else 0
        n = c.send(MANUAL, struct.pack(">QBdq", token, 1, float(rest[1]), until) + text(rest[0]) + text(rest[2]))
    elif command == "measured":
        n = c.send(MANUAL, struct.pack(">QBdq", token, 0, 0, 0) + text(rest[0]) + text(rest[1]))
    elif command == "scan":
        n = c.send(SCAN, struct.pack(">QB", token, rest[1] == "on") + text(rest[0]) + text(rest[2]))
    elif command == "note":
        n = c.send(NOTE, struct.pack(">Qq", token, 0) + text(rest[1] if len(rest) > 1 else "") + text(rest[0]))
    elif command == "confirm":
        digest = bytes.fromhex(rest[3])
        body = struct.pack(">Q", token) + text(rest[0]) + text(rest[1]) + struct.pack(">I", int(rest[2]))
        n = c.send(180, body + data(digest) + text(""))
    elif command == "alarms":
        for name, (state, occurrence, _) in sorted(alarms(c).items()):
            if state != "NORM":
                print(name, state, occurrence)
        return
    elif command == "act":
        n = act(c, token, rest[0], rest[1], float(rest[2]), rest[3:])
    elif command == "command":
        number = int(rest[4]) if len(rest) > 4 else 0
        c.s.settimeout(60)
        n = give(c, token, rest[0], rest[1], float(rest[2]), rest[3], number)
        if rest[0] == "select" and len(rest) == 4: # stays, so that the selection does; the number on the first line
            while True:
                kind, reply, body = c.frame()
                if kind == COMMAND_STATE and reply == n:
                    print(body.take("Q"), flush=True)
                elif kind == RESULT and reply == n:
                    err = body.take("H")
                    print("%d %d %s" % (err, (body.take("B"), body.take("H"))[1], body.text()), flush=True)
                    time.sleep(60 if err == 0 else 0)
                    return
    elif command == "outputs":
        outputs(c)
        return
    elif command == "registers": # many questions at once; how each of them ended
        c.send(SUBSCRIBE, struct.pack(">I", 1))
        c.wait(SNAPSHOT_END)
        body = struct.pack(">IBHH", int(rest[0]), int(rest[1]), int(rest[2]), 1)
        for _ in range(int(rest[3])):
            c.send(REGISTERS_GET, body, c.generation)
        for _ in range(int(rest[3])):
            b = c.wait(RESULT)
            print(b.take("H"), (b.take("B"), b.take("H"), b.text())[2])
        return
    elif command == "follow":
        c.send(SUBSCRIBE, struct.pack(">I", 64 | 1))
        c.s.settimeout(None)
        with open(rest[0], "w") as out:
            while True:
                kind, _, body = c.frame()
                if kind == JOURNAL:
                    print(entry(body), file=out, flush=True)
                elif kind == HEALTH:
                    print("health", body.take("B"), file=out, flush=True)
                elif kind == BYE:
                    return
    else:
        n = c.send(JOURNAL_GET, struct.pack(">qqQQQIB", 0, 0, 0, 0, 0, 0, 0) + text("") + text("") + text(""))
        while True:
            kind, reply, body = c.frame()
            if kind == JOURNAL and reply == n:
                print(entry(body))
                c.s.sendall(struct.pack(">IHHIIH", 2, 184, 0, 0, n, 1))
            elif kind == RESULT and reply == n:
                print("result", body.take("H"))
                return
    print("%d %d %s" % c.result(n))


if __name__ == "__main__":
    main()
