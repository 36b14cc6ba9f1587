# SPDX-License-Identifier: Apache-2.0
"""Writes a seed with many rows: write_rows.py <file> <rows> [<bytes of a row>]."""
import pathlib
import sys

file = pathlib.Path(sys.argv[1])
rows = int(sys.argv[2])
width = int(sys.argv[3]) if len(sys.argv) > 3 else 60
file.parent.mkdir(parents=True, exist_ok=True)
with file.open("w", encoding="utf-8") as out:
    out.write("-- Description: Many lines\n"
              "CREATE TEMP TABLE new_lines (LIKE lines INCLUDING DEFAULTS) ON COMMIT DROP;\n"
              "COPY new_lines (id, note) FROM stdin;\n")
    for row in range(rows):
        note = f"line {row}: it's \"quoted\" – {row * 7919 % 100003}"
        out.write(f"{row}\t{note}{'.' * (width - len(note))}\n")
    out.write("\\.\n"
              "INSERT INTO lines (id, note) SELECT id, note FROM new_lines\n"
              "ON CONFLICT (id) DO UPDATE SET note = EXCLUDED.note;\n")
