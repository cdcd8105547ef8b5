# SPDX-License-Identifier: Apache-2.0
# operators.py SOCKET DIR SEED - a plant whose alarms come and go, and an operator who acknowledges and shelves them at random, while the
# programs around are killed.  Until DIR/enough is there.  For tests only; alarms.sh judges the journal afterwards.
#   DIR/set    what the plant is (plc.py): registers 1 to 8 above or below their limit
#   DIR/acts   a line for each act: ACT NAME REASON OUTCOME, where OUTCOME is recorded, late, refused, unknown
import os
import random
import struct
import sys

import ask

path, folder, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
random.seed(seed)
POINTS = ["P.A%d.H" % n for n in range(1, 9)]


def plant():
    with open(folder + "/set.new", "w") as file:
        for n in range(1, 9):
            print(n, random.choice((50, 50, 90)), file=file)
    os.rename(folder + "/set.new", folder + "/set")


def one_act(c, number):
    """What was done, and what came of it."""
    states = ask.alarms(c)
    waiting = [n for n in POINTS if states[n][0] in ("UNACK", "RTNUN")]
    shelved = [n for n in POINTS if states[n][0] == "SHLVD"]
    word, names, seconds = "ack", waiting[: random.randint(1, 3)], 0
    if random.random() < 0.2 and waiting:
        word, names, seconds = "shelve", waiting[:1], random.choice((1, 2, 60))
    elif random.random() < 0.1 and shelved:
        word, names = "unshelve", shelved[:1]
    if not names:
        return
    reason = "act %d-%d." % (seed, number)
    outcome = "unknown"
    try:
        token = struct.unpack(">Q", os.urandom(8))[0]
        err, detail, said = c.result(ask.act(c, token, word, reason, seconds, names))
        outcome = "refused" if err != 0 else "late" if detail != 0 else "recorded"
        if err not in (0, 3, 5, 6) and "the others" not in said:
            print("act %s: %d %s" % (reason, err, said), flush=True)
    finally:
        with open(folder + "/acts", "a") as file:
            for name in names if outcome != "refused" else []:
                print(word, name, reason, outcome, sep="\t", file=file, flush=True)


number, c = 0, None
while not os.path.exists(folder + "/enough"):
    number += 1
    plant()
    try:
        if c is None:
            c = ask.Chisand(path)
        one_act(c, number)
    except (OSError, struct.error):
        c = None
    import time

    time.sleep(random.random() * 0.2)
