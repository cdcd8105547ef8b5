# SPDX-License-Identifier: Apache-2.0
"""What report_export() writes as CP932, read and written by Python's codec."""
import pathlib
import subprocess
import sys

export, golden = sys.argv[1:3]

# What Unicode's own mapping of JIS X 0208 has and Microsoft's has elsewhere: the pairs that the export makes alike.
ALIKE = {0xA2: 0xFFE0, 0xA3: 0xFFE1, 0xA5: 0xFFE5, 0xAC: 0xFFE2, 0x2014: 0x2015, 0x2016: 0x2225, 0x203E: 0xFFE3,
         0x2212: 0xFF0D, 0x301C: 0xFF5E}


def run(text, *options):
    done = subprocess.run([export, *options], input=text.encode("utf-8"), stdout=subprocess.PIPE)
    if done.returncode == 77:
        sys.exit(77)
    assert done.returncode == 0
    return done.stdout


def wanted(text):
    out = b""
    for c in text:
        c = chr(ALIKE.get(ord(c), ord(c)))
        try:
            out += c.encode("cp932")
        except UnicodeEncodeError:
            out += b"?"
    return out.replace(b"\n", b"\r\n")


faults = 0
characters = [chr(c) for c in range(0x20, 0x10000) if not 0xD800 <= c <= 0xDFFF and not 0xE000 <= c <= 0xF8FF and not 0x7F <= c < 0xA0]
lines = run("\n".join(characters)).split(b"\r\n")
assert len(lines) == len(characters), (len(lines), len(characters))
for character, line in zip(characters, lines):
    # Of the characters that stand twice in CP932 Python writes NEC's place, Windows and we IBM's (Microsoft KB 170559).
    if line[:1] in b"\xfa\xfb\xfc" and wanted(character)[:1] in b"\xed\xee" and line.decode("cp932") == character:
        continue
    if line != wanted(character):
        faults += 1
        print("U+%04X %s: %s, Python has %s" % (ord(character), character, line.hex(), wanted(character).hex()))
known = sum(line != b"?" for line in lines)
assert known > 7000, known

for path in sorted(pathlib.Path(golden).glob("*.csv")):
    text = path.read_text(encoding="utf-8")
    data = run(text)
    if data != wanted(text):
        faults += 1
        print("%s differs in CP932" % path.name)
    if b"?" not in text.encode() and b"?" in data:
        faults += 1
        print("%s has a character that CP932 lacks" % path.name)
    # A spreadsheet in Japan reads it back to what it was, but for the characters made alike.
    back = data.decode("cp932").replace("\r\n", "\n")
    same = "".join(chr(ALIKE.get(ord(c), ord(c))) for c in text)
    if back != same:
        faults += 1
        print("%s does not read back" % path.name)
    with_bom = run(text, "-u")
    assert with_bom.startswith(b"\xef\xbb\xbf") and with_bom[3:].decode().replace("\r\n", "\n") == text
    assert b"\n" not in with_bom.replace(b"\r\n", b"")
assert faults == 0, faults
