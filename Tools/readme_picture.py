#!/usr/bin/env python3
"""Makes the picture of README.md: the upper part of the page that its first command writes."""

import argparse
import base64
import pathlib
import shlex
import struct
import subprocess
import tempfile
import zlib
from collections import Counter

from devtools import Browser
from examples import ROOT, RUN, examples

PICTURE = ROOT / "Guides/report.png"
WIDTH = 1280
MOST_BYTES = 150_000
# Where the first chart ends.
BOTTOM = """[...document.querySelectorAll('svg.wide')].find(svg => svg.getBoundingClientRect().height > 100)
.getBoundingClientRect().bottom"""


def pixels(png):
    """The width and the rows of an RGB picture, three bytes a pixel."""
    data, place = b"", 8
    while place < len(png):
        size, kind = struct.unpack(">I4s", png[place:place + 8])
        part = png[place + 8:place + 8 + size]
        if kind == b"IHDR":
            width, height, _, color = struct.unpack(">IIBB", part[:10])
        data += part if kind == b"IDAT" else b""
        place += 12 + size
    step = {2: 3, 6: 4}[color]
    raw, length = zlib.decompress(data), width * step
    rows, above = [], bytearray(length)
    for start in range(0, height * (length + 1), length + 1):
        row = bytearray(raw[start + 1:start + 1 + length])
        unfilter(raw[start], row, above, step)
        rows.append([bytes(row[i:i + 3]) for i in range(0, length, step)])
        above = row
    return width, rows


def unfilter(kind, row, above, step):
    """Undoes the prediction of a row, as the PNG specification's chapter 9 says."""
    for i in range(len(row)):
        left, corner = (row[i - step], above[i - step]) if i >= step else (0, 0)
        up = above[i]
        if kind == 1:
            row[i] = row[i] + left & 255
        elif kind == 2:
            row[i] = row[i] + up & 255
        elif kind == 3:
            row[i] = row[i] + (left + up) // 2 & 255
        elif kind == 4:
            guess = left + up - corner
            row[i] = row[i] + min((left, up, corner), key=lambda near: abs(guess - near)) & 255


def with_palette(width, rows):
    """A PNG of the 256 most frequent colours; the others, on edges of letters, become the nearest."""
    colors = [color for color, _ in Counter(p for row in rows for p in row).most_common()]
    palette = colors[:256]
    index = {color: number for number, color in enumerate(palette)}
    for color in colors[256:]:
        index[color] = min(range(256), key=lambda n: sum((a - b) ** 2 for a, b in zip(color, palette[n])))
    data = b"".join(b"\0" + bytes(index[p] for p in row) for row in rows)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"PLTE", b"".join(palette))
            + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--chromium", help="the browser's program")
    options = parser.parse_args()
    command = examples("README.md")[0].commands[0][0]
    arguments = shlex.split(command.removeprefix(RUN))
    page = arguments[arguments.index("--html") + 1]
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "Fixtures").symlink_to(ROOT / "Fixtures")
        subprocess.run([options.optimize, *arguments], cwd=folder, check=True, capture_output=True)
        browser = Browser(options.chromium)
        try:
            browser.open(pathlib.Path(folder) / page, WIDTH, 900, "light")
            height = int(browser.evaluate(BOTTOM)) + 12
            picture = browser.call("Page.captureScreenshot", captureBeyondViewport=True, clip={
                "x": 0, "y": 0, "width": WIDTH, "height": height, "scale": 1})
        finally:
            browser.close()
    png = with_palette(*pixels(base64.b64decode(picture["data"])))
    PICTURE.write_bytes(png)
    print(f"{PICTURE.relative_to(ROOT)}: {WIDTH} × {height} pixels, {len(png)} bytes")
    if len(png) > MOST_BYTES:
        raise SystemExit(f"error: more than {MOST_BYTES} bytes")


if __name__ == "__main__":
    main()
