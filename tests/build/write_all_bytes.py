# SPDX-License-Identifier: Apache-2.0
"""write_all_bytes.py FILE EXPECTED: a migration with every byte that valid UTF-8 without NUL can have, in a dollar-quoted
string and a comment; and the part of it that the table has to hold."""

import sys

ascii_bytes = bytes(range(1, 128))
# Every lead byte of two, three and four bytes, and with them every continuation byte.
two = "".join(chr(c) for c in range(0x80, 0x800))
three = "".join(chr(c) for c in range(0x800, 0x10000, 0x400) if not 0xD800 <= c < 0xE000)
four = "".join(chr(c) for c in (0x10000, 0x40000, 0x80000, 0xC0000, 0x10FFFF))
awkward = (
    'a\r\nb\rc\n\rd ??= ??/ ??( ??) ??\' ??< ??! ??> ??- \\ \\\\ \\x41 \\101 \\u0041 " \\" "" \' )" )delim" R"( %s %d\n'
    "\t\v\f\b\a\x1b[31m \u202e\u2066 \ufeff \u2028 /* // -- */ #include <x>\n\n\n \\\n" + "long " * 20000
)
body = ascii_bytes + (two + three + four + awkward).encode("utf-8")
assert b"$bytes$" not in body
between = b";\r\n-- " + two.encode("utf-8") + b" ??/\n/* ??/ " + b"x" * 70000 + b" */\n"
sql = b"SELECT $bytes$" + body + b"$bytes$" + between + b"SELECT 1"

impossible = {0x00, 0xC0, 0xC1} | set(range(0xF5, 0x100))
missing = set(range(256)) - impossible - set(sql)
assert not missing, sorted(missing)
# The table holds what is sent: from the first statement to the end of the last, without its semicolon.
with open(sys.argv[1], "wb") as file:
    file.write(b"-- A comment before.\n" + sql + b";\n-- A comment after.\n")
with open(sys.argv[2], "wb") as file:
    file.write(sql)
