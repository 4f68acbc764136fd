"""Malformed containers: LiteRT-LM files and bundles whose headers, offsets or entries are wrong."""

import io
import pathlib
import struct
import warnings
import zipfile

from bundles import bundle

TINY = pathlib.Path(__file__).resolve().parent.parent / "Fixtures/Containers/tiny.litertlm"


class Header:
    """The bytes of a small LiteRT-LM file, addressed by section and field."""

    def __init__(self):
        self.raw = bytearray(TINY.read_bytes())
        root = self.follow(32)
        self.objects = self.follow(self.field(self.follow(self.field(root, 1)), 0))

    def word(self, position, layout="<I"):
        return struct.unpack_from(layout, self.raw, position)[0]

    def follow(self, position):
        return position + self.word(position)

    def slot(self, table, number):
        """Where the vtable has the place of a field."""
        return table - self.word(table, "<i") + 4 + 2 * number

    def field(self, table, number):
        return table + self.word(self.slot(table, number), "<H")

    def section(self, number):
        return self.follow(self.objects + 4 + 4 * number)

    def put(self, layout, position, value):
        struct.pack_into(layout, self.raw, position, value)
        return bytes(self.raw)


def language_models():
    def put(section, number, value):
        header = Header()
        return header.put("<Q", header.field(header.section(section), number), value)

    whole = Header()
    size, first = len(whole.raw), whole.word(whole.field(whole.section(0), 1), "<Q")
    yield "litertlm_short.litertlm", "20 bytes of a LiteRT-LM file", bytes(whole.raw[:20])
    yield "litertlm_version.litertlm", "version 2 of the format", Header().put("<I", 8, 2)
    yield "litertlm_header_end.litertlm", "the header ends behind the file", Header().put("<Q", 24, 1 << 40)
    yield "litertlm_header_cut.litertlm", "the header ends within its first table", Header().put("<Q", 24, 44)
    yield "litertlm_begin.litertlm", "section 1 begins behind the file", put(1, 1, size + 16384)
    yield "litertlm_end.litertlm", "section 1 ends at 2^63", put(1, 2, 1 << 63)
    yield "litertlm_reversed.litertlm", "section 1 ends before it begins", put(1, 2, 16385)
    yield "litertlm_overlap.litertlm", "section 1 begins within section 0", put(1, 1, first + 16)
    yield "litertlm_in_header.litertlm", "section 0 begins within the header", put(0, 1, 32)
    header = Header()
    yield "litertlm_no_begin.litertlm", "sections have no begin_offset", header.put(
        "<H", header.slot(header.section(0), 1), 0)
    yield "litertlm_unclaimed.litertlm", "a byte between the sections is not zero", Header().put(
        "<B", whole.word(whole.field(whole.section(0), 2), "<Q") + 5, 7)
    header = Header()
    yield "litertlm_shared.litertlm", "begin_offset and end_offset are the same bytes", header.put(
        "<H", header.slot(header.section(0), 2), header.word(header.slot(header.section(0), 1), "<H"))
    header = Header()
    entry = header.objects + 8
    yield "litertlm_one_table.litertlm", "both sections are one table", header.put(
        "<I", entry, header.section(0) - entry)
    header = Header()
    yield "litertlm_count.litertlm", "4294967295 sections", header.put("<I", header.objects, 0xFFFFFFFF)
    yield "litertlm_model.litertlm", "the model's identifier is TFL2", Header().put("<B", first + 7, ord("2"))


def small_bundle():
    data = b"\x1c\0\0\0TFL3" + bytes(24)
    return bytearray(bundle({"a.tflite": data, "b.txt": b"bbbb" * 8}))


def zipped(entries, method=zipfile.ZIP_STORED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name, (2020, 2, 2, 2, 2, 2)), content, method)
    return stream.getvalue()


class Pipe(io.BytesIO):
    """A stream that cannot go back, so that sizes come behind the data."""

    def seekable(self):
        return False

    def tell(self):
        raise OSError


def media_bundles():
    def put(layout, place, value):
        raw = small_bundle()
        local, directory, end = (raw.find(b"PK\x03\x04", 8), raw.find(b"PK\x01\x02"), raw.find(b"PK\x05\x06"))
        struct.pack_into(layout, raw, place(local, directory, end), value)
        return bytes(raw)

    data = bytes(small_bundle())
    second = data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 4)
    yield "task_compressed.task", "an entry is deflated", zipped([("a.tflite", data)], zipfile.ZIP_DEFLATED)
    stream = Pipe()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.tflite", (2020, 2, 2, 2, 2, 2)), bytes(40))
    yield "task_descriptor.task", "sizes of an entry stand behind its data", stream.getvalue()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield "task_duplicate.task", "two entries of one name", zipped([("a.txt", b"a"), ("a.txt", b"b")])
    yield "task_crc.task", "the second local header has another CRC-32 than the directory", put(
        "<I", lambda local, directory, end: local + 14, 5)
    yield "task_size.task", "the first entry is one byte longer in the directory", put(
        "<I", lambda local, directory, end: directory + 24, 33)
    yield "task_overlap.task", "both entries have one local header", put(
        "<I", lambda local, directory, end: second + 42, data.find(b"PK\x03\x04"))
    yield "task_offset.task", "an entry's offset is behind the file", put(
        "<I", lambda local, directory, end: second + 42, 0x00FFFFFF)
    yield "task_zip64.task", "an entry's offset has 64 bits", put(
        "<I", lambda local, directory, end: second + 42, 0xFFFFFFFF)
    yield "task_encrypted.task", "an entry is encrypted", put("<H", lambda local, directory, end: second + 8, 1)
    yield "task_unclaimed.task", "a byte before the second local header is not zero", put(
        "<B", lambda local, directory, end: local - 1, 7)
    yield "task_disks.task", "the archive is on two disks", put("<H", lambda local, directory, end: end + 4, 1)
    yield "task_truncated.task", "a bundle without its last 30 bytes", data[:-30]
    yield "task_no_model.task", "a bundle without a model", bundle({"a.txt": b"a", "b.txt": b"b"})
    deep = data
    for depth in range(5):
        deep = bundle({f"{depth}.task": deep, "b.txt": b"b"})
    yield "task_deep.task", "bundles in bundles, six deep", deep
    broken = put("<I", lambda local, directory, end: second + 42, 0x00FFFFFF)
    yield "task_inner.task", "a bundle in a bundle has an entry outside", bundle({"inner.task": broken, "b.txt": b"b"})


def faults():
    yield from language_models()
    yield from media_bundles()
