#!/usr/bin/env python3
"""Records the golden files of TFLiteTests with Python's zipfile; run from the package folder."""
import io
import os
import struct
import zipfile

FOLDER = os.path.join(os.path.dirname(__file__), "..", "Tests", "TFLiteTests", "Vectors")
PREFIX = bytes(range(1, 101))
DATE = (2023, 4, 5, 6, 7, 8)


class Unseekable(io.RawIOBase):
    """Makes zipfile use data descriptors."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def fill(archive, extra=b""):
    for name, method, data in [
        ("labels.txt", zipfile.ZIP_STORED, b"cat\ndog\n"),
        ("vocab/größe.txt", zipfile.ZIP_DEFLATED, b"conv " * 200),
        ("empty", zipfile.ZIP_STORED, b""),
    ]:
        info = zipfile.ZipInfo(name, DATE)
        info.compress_type = method
        info.extra = extra
        archive.writestr(info, data)


def archive(comment=b"", extra=b"", out=None, start=b""):
    out = out or io.BytesIO(start)
    with zipfile.ZipFile(out, "a" if start else "w") as file:
        fill(file, extra)
        file.comment = comment
    return out.getvalue() if isinstance(out, io.BytesIO) else out.data


def save(name, data):
    with open(os.path.join(FOLDER, name), "wb") as file:
        file.write(data)


os.makedirs(FOLDER, exist_ok=True)
extra = struct.pack("<HH4s", 0xCAFE, 4, b"more")
save("appended.bin", archive(start=PREFIX))
save("concatenated.bin", PREFIX + archive())
save("stale.bin", PREFIX[:37] + archive(start=PREFIX)[100:])
save("comment.bin", archive(comment=b"note PK\5\6 with a signature " * 5, extra=extra, start=PREFIX))
save("descriptors.bin", PREFIX + archive(out=Unseekable()))
save("padded.bin", PREFIX + bytes(28) + archive())
save("empty.bin", PREFIX + b"PK\5\6" + bytes(12) + struct.pack("<I", 100) + bytes(2))
zip64 = io.BytesIO()
with zipfile.ZipFile(zip64, "w") as file:
    with file.open(zipfile.ZipInfo("large", DATE), "w", force_zip64=True) as entry:
        entry.write(b"data")
save("zip64-entry.bin", PREFIX + zip64.getvalue())
end = archive()
locator = b"PK\6\7" + bytes(16)
save("zip64-locator.bin", PREFIX + end[:-22] + locator + end[-22:])
methods = io.BytesIO()
with zipfile.ZipFile(methods, "w", zipfile.ZIP_BZIP2) as file:
    file.writestr(zipfile.ZipInfo("a", DATE), b"data", zipfile.ZIP_BZIP2)
save("bzip2.bin", PREFIX + methods.getvalue())
save("none.bin", PREFIX)
