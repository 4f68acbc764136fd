#!/usr/bin/env python3
"""Records the golden files of SamplesTests with numpy and zipfile; run from the package folder."""
import fractions
import io
import itertools
import os
import struct
import zipfile

import numpy as np

FOLDER = os.path.join(os.path.dirname(__file__), "..", "Tests", "SamplesTests", "Vectors")
DATE = (2023, 4, 5, 6, 7, 8)
NUMBERS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]
TEXTS = ["", "a", "größe", "日本", "𝄞 clef", "in\0side"]


class Unseekable(io.RawIOBase):
    """Makes zipfile use data descriptors."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def save(name, records):
    """Fields are counted by four bytes; how many fields a record has, the reader knows."""
    with open(os.path.join(FOLDER, name), "wb") as file:
        for record in records:
            for field in record:
                field = field.encode() if isinstance(field, str) else field
                file.write(struct.pack("<I", len(field)) + field)


def packed(texts):
    """Strings as tensorflow/lite/string_util.h describes."""
    offset = 4 * (len(texts) + 2)
    out = struct.pack("<i", len(texts))
    for text in texts:
        out += struct.pack("<i", offset)
        offset += len(text)
    return out + struct.pack("<i", offset) + b"".join(texts)


def dense(array):
    """Type, shape and bytes of the tensor that an array becomes."""
    shape = ",".join(map(str, array.shape))
    if array.dtype.kind in "SU":
        items = array.flatten().tolist()
        return "string", shape, packed([i if isinstance(i, bytes) else i.encode() for i in items])
    little = array.astype(array.dtype.newbyteorder("<"))
    return array.dtype.name, shape, little.tobytes(order="C")


def saved(array):
    """What numpy.save writes for it in row-major order, little-endian, text as bytes."""
    if array.dtype.kind == "U":
        array = np.array(np.char.encode(array, "utf-8"))
    out = io.BytesIO()
    np.save(out, np.array(array, array.dtype.newbyteorder("<"), order="C"))
    return out.getvalue()


def written(array, version):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return out.getvalue()


def values(code, shape):
    count = int(np.prod(shape))
    if code[0] in "SU":
        texts = [TEXTS[i % len(TEXTS)] for i in range(count)]
        return np.array([t.encode() for t in texts] if code == "S" else texts, code).reshape(shape)
    noise = np.random.default_rng(len(code) + count).integers(-120, 120, count)
    if code[0] == "c":
        return (noise + 1j * noise[::-1] / 3).astype(code).reshape(shape)
    scaled = noise / 3 if code[0] == "f" else noise > 0 if code == "?" else noise * 257
    return np.array(scaled).astype(code).reshape(shape)


def arrays():
    shapes = [(2, 3, 4), (5,), (), (0, 3), (1, 1, 2, 1)]
    for code, order, shape in itertools.product(NUMBERS + ["c8", "c16", "S", "U"], "<>", shapes):
        if shape != (2, 3, 4) and order == ">":
            continue
        array = values(code, shape)
        array = array.astype(array.dtype.newbyteorder(order))
        name = f"{array.dtype.str} {shape}"
        yield name, array, written(array, (1, 0))
        if shape == (2, 3, 4):
            fortran = np.asfortranarray(array)
            yield name + " Fortran", fortran, written(fortran, (1, 0))
    for version in (2, 3):
        array = values("f4", (3, 2))
        yield f"version {version}", array, written(array, (version, 0))
    # numpy reads as many elements as the header promises.
    yield "trailing", array, written(array, (1, 0)) + b"more"


def handmade():
    """Headers that other programs write, and numpy reads."""
    array = values("f4", (3, 2))
    for text in [
        "{'shape':(3,2),'fortran_order':False,'descr':'<f4'}",
        '{"descr": "<f4", "fortran_order": False, "shape": (3, 2)}\n',
        "{'descr': '=f4', 'fortran_order': False, 'shape': (3, 2, ), }    \n",
        " {\t'descr' : 'f4' , 'fortran_order' : False , 'shape' : (3L, 2L) } \n",
    ]:
        head = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode()
        yield text, array, head + array.tobytes()


def record_arrays():
    records = []
    for name, array, file in itertools.chain(arrays(), handmade()):
        again = np.load(io.BytesIO(file))
        assert again.shape == array.shape and again.tobytes() == array.tobytes(), name
        records.append((name, file, *dense(array), saved(array)))
    save("npy.bin", records)


def members():
    return {
        "x": values("f4", (3, 4)),
        "y": values("i8", (3,)),
        "labels": values("U", (3,)),
        "a/b": np.asfortranarray(values("i2", (3, 5)).astype(">i2")),
    }


def archive(method=zipfile.ZIP_DEFLATED, out=None, comment=b"", force=False, start=b""):
    out = out or io.BytesIO(start)
    with zipfile.ZipFile(out, "a" if start else "w") as file:
        for name, array in members().items():
            info = zipfile.ZipInfo(name + ".npy", DATE)
            info.compress_type = method
            with file.open(info, "w", force_zip64=force) as entry:
                entry.write(written(array, (1, 0)))
        file.writestr(zipfile.ZipInfo("readme.txt", DATE), "no array")
        file.comment = comment
    return out.getvalue() if isinstance(out, io.BytesIO) else out.data


def numpy_archive(function):
    out = io.BytesIO()
    function(out, **members())
    return out.getvalue()


def record_archives():
    good = [
        ("savez", numpy_archive(np.savez)),
        ("savez_compressed", numpy_archive(np.savez_compressed)),
        ("stored", archive(zipfile.ZIP_STORED)),
        ("long local headers", archive(force=True)),
        ("streamed, deflated", archive(out=Unseekable())),
        ("streamed, stored", archive(zipfile.ZIP_STORED, out=Unseekable())),
        ("comment", archive(comment=b"note PK\5\6 with a signature " * 5)),
        ("prefix", archive(start=bytes(range(100)))),
        ("moved", b"before" + archive()),
    ]
    limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 40, 2
    good.append(("64 bits", archive(force=True)))
    good.append(("64 bits, stored, moved", b"x" * 9 + archive(zipfile.ZIP_STORED, force=True)))
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
    for name, data in good:
        # Python takes the end record in the comment for the archive's.
        if name != "comment":
            loaded = np.lib.npyio.NpzFile(io.BytesIO(data))
            for member, array in members().items():
                assert loaded[member].tobytes() == array.tobytes(), (name, member)
    assert b"PK\6\6" in good[-1][1] and b"PK\7\x08" in dict(good)["streamed, stored"]
    bad = [
        ("bzip2", archive(zipfile.ZIP_BZIP2)),
        ("lzma", archive(zipfile.ZIP_LZMA)),
    ]
    save("archives.bin", good)
    save("unsupported.bin", bad)
    save("members.bin", [(name, *dense(array)) for name, array in members().items()])


def exact(value):
    return fractions.Fraction(int(value) if isinstance(value, np.bool_) else value.item())


def cast(value, target):
    """The bytes of a value as another type if that loses nothing, or none."""
    with np.errstate(all="ignore"):
        if target.kind == "f":
            # The one rounding that is allowed: to float32.
            out = np.float32(value) if value.dtype == np.float64 and target.itemsize < 8 else value
            result = out.astype(target)
            if np.isinf(result):
                return b""
            same = target == np.float32 and value.dtype == np.float64 or exact(result) == exact(out)
            return result.tobytes() if same else b""
        number = exact(value)
        low, high = (0, 1) if target.kind == "b" else (np.iinfo(target).min, np.iinfo(target).max)
        if number.denominator != 1 or not low <= number <= high:
            return b""
        return np.array(int(number), target).tobytes()


def record_casts():
    numbers = [0, 1, 2, -1, 127, 128, -128, -129, 255, 256, 2047, 2049, 32767, 32768, -32768, 65504]
    numbers += [65535, 65536, 2**24, 2**24 + 1, 2**31 - 1, 2**31, -(2**31), 2**32 - 1, 2**32]
    numbers += [2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1]
    reals = [0.5, -0.0, 0.1, 1e-8, 1e-50, 3.4e38, 1e39, 65504.0, 65520.0, 2.0**63, 2.0**64, 6e-8]
    records = []
    types = [np.dtype(code) for code in NUMBERS]
    for source, target in itertools.permutations(types, 2):
        for number in numbers + (reals if source.kind == "f" else []):
            if source.kind != "f":
                low, high = (0, 1) if source.kind == "b" else (
                    np.iinfo(source).min, np.iinfo(source).max)
                if not low <= number <= high:
                    continue
            with np.errstate(over="ignore"):
                value = np.array(number, source)[()]
            if source.kind == "f" and np.isinf(value):
                continue
            records.append((source.name, target.name, value.tobytes(), cast(value, target)))
    save("casts.bin", sorted(set(records)))


os.makedirs(FOLDER, exist_ok=True)
record_arrays()
record_archives()
record_casts()
