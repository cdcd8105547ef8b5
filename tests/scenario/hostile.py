# SPDX-License-Identifier: Apache-2.0
# hostile.py SOCKET ATTACK - clients of chisand that mean no good, one attack each. For tests only. Ends with 0 if all that it was
# answered is right; says what is not.
import os
import random
import select
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ask import HELLO, JOURNAL, JOURNAL_GET, MANUAL, NOTE, RESULT, SCAN, Body, Chisand, entry, text  # noqa: E402

TREND_GET, TREND, HISTORY_GET, VERIFY_GET, REPORT_GET, REPORT_LIST, BACKUP_GET, BACKUP, MORE, CANCEL = 169, 170, 171, 174, 176, 179, 182, 183, 184, 185
ERR_OK, ERR_USAGE, ERR_NOT_FOUND, ERR_DENIED, ERR_REFUSED, ERR_TOO_BIG, ERR_CLOSED, ERR_SLOW, ERR_BUSY = 0, 2, 3, 4, 5, 11, 12, 13, 15
LEAST, MOST = -(1 << 63), (1 << 63) - 1
path = sys.argv[1]
wrong = []


def expect(true, what):
    if not true:
        wrong.append(what)


def trend(start, end, buckets, points):
    names = b"".join(text(p) for p in points)
    return struct.pack(">qqI", start, end, buckets) + text_bytes(names)


def text_bytes(b):
    n, out = len(b), b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n]) + b


def head(kind, body, sequence, reply=0):
    return struct.pack(">IHHII", len(body), kind, 0, sequence, reply) + body


def end_of(c, n):
    """The result of a question, taking all frames on the way."""
    while True:
        kind, reply, body = c.frame()
        if reply != n:
            continue
        if kind == RESULT:
            err, _, detail = body.take("H"), body.take("B"), body.take("H")
            return err, detail, body.text()
        c.s.sendall(head(MORE, struct.pack(">H", 1), 0, n))


def as_user(uid, do):
    """In a child of that user; its exit code."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            do()
        except BaseException as e:
            wrong.append(repr(e))
        for w in wrong:
            print("wrong:", w, flush=True)
        os._exit(1 if wrong else 0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def ranges():
    c = Chisand(path)
    now = int(time.time() * 1e6)
    spans = [(0, 0), (5, 5), (now, now - 1), (LEAST, MOST), (MOST, LEAST), (LEAST, LEAST), (0, MOST), (MOST - 1, MOST), (-1, 1), (now, MOST), (0, 1)]
    for start, end in spans:
        for buckets in (0, 1, 200, 20000, 20001, 0xFFFFFFFF):
            for points in ([], ["M.A"], ["M.A"] * 16, ["M.A"] * 17, ["NO.SUCH"], ["M.A", ""], ["\u202eM.A"], ["x" * 900]):
                err, _, words = end_of(c, c.send(TREND_GET, trend(start, end, buckets, points)))
                good = 0 <= start < end and 1 <= buckets <= 20000 and 1 <= len(points) <= 16 and set(points) == {"M.A"}
                expect(good or err != ERR_OK, "trend %d..%d, %d buckets of %s is answered well" % (start, end, buckets, points[:2]))
                expect(err == ERR_OK or words, "no sentence for %d..%d, %d buckets of %s" % (start, end, buckets, points[:2]))
                expect("\u202e" not in words and "\x1b" not in words, "a sentence with controls: %r" % words)
        for most in (0, 1, 1000000, 1000001, 0xFFFFFFFF):
            err, _, words = end_of(c, c.send(HISTORY_GET, struct.pack(">qqI", start, end, most) + text("M.A")))
            expect(err == ERR_OK or words, "no sentence for samples")
        err, _, words = end_of(c, c.send(JOURNAL_GET, struct.pack(">qqQQQIB", start, end, 0, 0, 0, 5, 1) + text("*") + text("") + text("")))
        expect(err == ERR_OK or words, "no sentence for the journal")
    for body in (b"", b"\xff" * 21, b"\0" * 21, os.urandom(300)):
        try:
            d = Chisand(path)
            end_of(d, d.send(TREND_GET, body))
        except (ConnectionError, OSError):
            pass  # the type's least size is not kept: it is sent away
    glob = struct.pack(">qqQQQIB", 0, 0, 0, 0, 0, 0, 0) + text("*" * 400 + "x") + text("*a" * 200) + text("a" * 500)
    at = time.time()
    end_of(c, c.send(JOURNAL_GET, glob))
    expect(time.time() - at < 5, "a glob of stars takes %.1f s" % (time.time() - at))


def deaf():
    """50 clients ask all that may be asked at once, grant all that may be granted, and read nothing."""
    clients = []
    now = int(time.time() * 1e6)
    for _ in range(50):
        c = Chisand(path)
        c.s.settimeout(5)
        for _ in range(8):
            n = c.send(TREND_GET, trend(now - 86400 * 365 * 1000000, now, 20000, ["M.A"] * 16))
            try:
                c.s.sendall(head(MORE, b"\xff\xff", 0, n) * 4)
            except OSError:
                break
        clients.append(c)
    d = Chisand(path)
    until = time.time() + 15
    answered = 0
    while time.time() < until:
        err, _, words = end_of(d, d.send(TREND_GET, trend(now - 60000000, now, 10, ["M.A"])))
        expect(err in (ERR_OK, ERR_BUSY), "a civil client gets %d %s" % (err, words))
        answered += err == ERR_OK
        time.sleep(0.1)
    print("a civil client was answered %d times meanwhile" % answered)
    for c in clients:
        c.s.close()
    for _ in range(100):
        err, _, words = end_of(d, d.send(TREND_GET, trend(now - 60000000, now, 10, ["M.A"])))
        if err == ERR_OK:
            break
        time.sleep(0.1)
    expect(err == ERR_OK, "after they left it gets %d %s" % (err, words))


def floods():
    """W_MORE and W_CANCEL for questions of nobody, of others, for one's own; without end."""
    a, b = Chisand(path), Chisand(path)
    now = int(time.time() * 1e6)
    n = a.send(TREND_GET, trend(now - 600000000, now, 20000, ["M.A"] * 16))
    # the other client calls back every sequence that a could have
    for base in range(0, 200000, 2000):
        b.s.sendall(b"".join(head(CANCEL, b"", 0, s) for s in range(base, base + 2000)))
        b.s.sendall(b"".join(head(MORE, b"\xff\xff", 0, s) for s in range(base, base + 2000)))
    err, _, words = end_of(a, n)
    expect(err == ERR_OK, "another client's W_CANCEL ended a question: %d %s" % (err, words))
    n = a.send(TREND_GET, trend(now - 600000000, now, 20000, ["M.A"] * 16))
    a.s.sendall(head(MORE, b"\0\0", 0, n) * 5000 + head(MORE, b"\xff\xff", 0, n) * 5000)
    err, _, words = end_of(a, n)
    expect(err == ERR_OK, "a flood of W_MORE ended its own question: %d %s" % (err, words))
    for _ in range(2000):  # asked and called back at once
        n = a.send(TREND_GET, trend(now - 600000000, now, 2000, ["M.A"]))
        a.s.sendall(head(CANCEL, b"", 0, n))
    err, _, words = end_of(a, a.send(TREND_GET, trend(now - 60000000, now, 10, ["M.A"])))
    expect(err == ERR_OK, "after 2000 that were called back: %d %s" % (err, words))


def viewer():
    def do():
        for kind, body in (
            (BACKUP_GET, b""),
            (NOTE, struct.pack(">Qq", 1, 0) + text("") + text("I may not")),
            (MANUAL, struct.pack(">QBdq", 2, 1, 5.0, 0) + text("M.C") + text("I may not")),
            (SCAN, struct.pack(">QB", 3, 0) + text("M.C") + text("I may not")),
            (180, struct.pack(">Q", 4) + text("daily") + text("2026-01-01") + struct.pack(">I", 1) + text_bytes(b"\0" * 32) + text("")),
        ):
            c = Chisand(path)
            err, _, words = end_of(c, c.send(kind, body))
            expect(err == ERR_DENIED, "a viewer may send %d: %d %s" % (kind, err, words))
        c = Chisand(path)
        err, _, words = end_of(c, c.send(JOURNAL_GET, struct.pack(">qqQQQIB", 0, 0, 0, 0, 0, 3, 1) + text("") + text("") + text("")))
        expect(err == ERR_OK, "a viewer may not read the journal: %d %s" % (err, words))

    expect(as_user(65534, do) == 0, "as a viewer")


def manual(c, token, value, why):
    return c.result(c.send(MANUAL, struct.pack(">QBdq", token, 1, float(value), 0) + text("M.C") + text(why)))


def note(c, token, words, point=""):
    return c.result(c.send(NOTE, struct.pack(">Qq", token, 0) + text(point) + text(words)))


def tokens():
    token = random.getrandbits(63) | 1
    c = Chisand(path)
    err, _, words = note(c, token, "of root")
    expect(err == ERR_OK, "a note: %d %s" % (err, words))
    err, _, again = note(c, token, "of root")
    expect((err, again) == (ERR_OK, words), "the same again: %d %s" % (err, again))
    err, _, words = note(c, token, "another of root")
    expect(err == ERR_REFUSED and "token" in words, "another note with its token: %d %s" % (err, words))
    err, _, words = manual(c, token, 50, "by a note's token")
    expect(err == ERR_REFUSED and "token" in words, "another act with its token: %d %s" % (err, words))

    def do():
        d = Chisand(path)
        err, _, words = note(d, token, "of root")
        expect(err == ERR_REFUSED and "token" in words, "the same of another user: %d %s" % (err, words))
        err, _, words = manual(d, token, 51, "by another's token")
        expect(err == ERR_REFUSED and "token" in words, "another act of another user: %d %s" % (err, words))
        err, _, words = manual(d, random.getrandbits(63) | 1, 52, "with a token of its own")
        expect(err == ERR_OK, "an act of an operator: %d %s" % (err, words))

    expect(as_user(1, do) == 0, "as an operator")


def notes():
    c = Chisand(path)
    bad = ["x" * 4000, "a\x1b[2Jb" * 200, "\u202e" * 500, "\n\r\t" * 100, "\x00", "", " ", "\u200d" * 600, "é" * 1500, "\ud83d\ude00" * 300]
    for words in bad:
        body = struct.pack(">Qq", random.getrandbits(63), 0) + text("")
        raw = words.encode("utf-8", "surrogatepass")
        try:
            d = Chisand(path)
            err, _, answer = d.result(d.send(NOTE, body + text_bytes(raw) + b"\0"))
            expect(err == ERR_OK or answer, "no sentence for %r" % words[:20])
        except (ConnectionError, OSError):
            pass
    n = c.send(JOURNAL_GET, struct.pack(">qqQQQIB", 0, 0, 0, 0, 0, 0, 0) + text("") + text("") + text(""))
    while True:
        kind, reply, body = c.frame()
        if kind == JOURNAL and reply == n:
            line = entry(body)
            expect(all(ch >= " " and ch not in "\u202e\u2066" and not "\x7f" <= ch <= "\x9f" for ch in line), "an entry with controls: %r" % line[:80])
            c.s.sendall(head(MORE, struct.pack(">H", 1), 0, n))
        elif kind == RESULT and reply == n:
            break


def storm():
    """Notes as fast as they are taken, some seconds long, from four clients that do not wait for answers."""
    clients = [Chisand(path) for _ in range(4)]
    taken, refused, late, sent = 0, 0, 0, 0
    buffers = {c: b"" for c in clients}
    for c in clients:
        c.s.setblocking(False)
    began = time.time()
    out = {c: b"" for c in clients}
    while time.time() - began < 15 and (time.time() - began < 5 or sent > taken + refused):
        busy = time.time() - began < 5 and sent < 5000
        for c in clients:
            if busy and len(out[c]) < 4096:
                for _ in range(5):
                    c.sequence += 1
                    words = "storm %d of %d " % (sent, os.getpid()) + "x" * 400
                    out[c] += head(NOTE, struct.pack(">Qq", random.getrandbits(63) | 1, 0) + text("") + text(words), c.sequence)
                    sent += 1
        r, w, _ = select.select([c.s for c in clients], [c.s for c in clients if out[c]], [], 0.05)
        for c in clients:
            if c.s in w:
                out[c] = out[c][c.s.send(out[c]) :]
            if c.s in r:
                data = c.s.recv(65536)
                expect(data, "a client was sent away in the storm")
                buffers[c] += data
            while len(buffers[c]) >= 16:
                length, kind, _, _, _ = struct.unpack(">IHHII", buffers[c][:16])
                if len(buffers[c]) < 16 + length:
                    break
                if kind == RESULT:
                    err, _, detail = struct.unpack(">HBH", buffers[c][16:21])
                    taken += err == ERR_OK
                    late += err == ERR_OK and detail == 1
                    refused += err != ERR_OK
                    expect(err in (ERR_OK, ERR_BUSY), "a note in the storm: %d" % err)
                buffers[c] = buffers[c][16 + length :]
        time.sleep(0.004)
    expect(sent == taken + refused, "%d notes sent, %d taken, %d refused" % (sent, taken, refused))
    print("%d notes in %.1f s: %d taken, %d of them late, %d told to try again" % (sent, time.time() - began, taken, late, refused))


{"ranges": ranges, "deaf": deaf, "floods": floods, "viewer": viewer, "tokens": tokens, "notes": notes, "storm": storm}[sys.argv[2]]()
for w in wrong[:20]:
    print("wrong:", w)
sys.exit(1 if wrong else 0)
