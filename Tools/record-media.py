#!/usr/bin/env python3
"""Records images and sound of SamplesTests and what Pillow, numpy and scipy make of them.

Arguments name the vectors to record, as in RECORDERS; all without any.
"""
import io
import os
import struct
import sys
import wave
import zlib

import flatbuffers
import numpy as np
import pillow_heif
import soundfile
from PIL import Image, ImageOps
from scipy import signal

FOLDER = os.path.join(os.path.dirname(__file__), "..", "Tests", "SamplesTests", "Vectors")
RANDOM = np.random.default_rng(7)


def save(name, records):
    """Fields are counted by four bytes; how many fields a record has, the reader knows."""
    with open(os.path.join(FOLDER, name), "wb") as file:
        for record in records:
            for field in record:
                field = field.encode() if isinstance(field, str) else field
                file.write(struct.pack("<I", len(field)) + field)


def photo(width, height, channels=3):
    """Slopes, noise and hard edges."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [(x * (3 + c) + y * (5 - c)) % 256 for c in range(channels)]
    image = np.stack(planes, -1) + RANDOM.integers(-20, 20, (height, width, channels))
    image[height // 3:height // 2, width // 4:width // 2] = [255, 0, 128, 30][:channels]
    image[height // 2:, :width // 5] = 0
    return np.clip(image, 0, 255).astype(np.uint8)


def recorded(name, file, mode, pixels=None):
    """What Pillow reads, in a mode of its own; `pixels` where it keeps more bits."""
    with Image.open(io.BytesIO(file)) as image:
        image.load()
        array = np.array(image.convert(mode)) if pixels is None else pixels(image)
    array = array if array.ndim == 3 else array[..., None]
    shape = ",".join(map(str, array.shape))
    return name, file, shape, array.astype(np.uint8).tobytes()


# PNG


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def filtered(rows, unit):
    """Each row by another filter of PNG."""
    out, above = b"", None
    for number, row in enumerate(rows):
        above = bytes(len(row)) if above is None else above
        kind = number % 5
        line = bytearray([kind])
        for i, value in enumerate(row):
            a = row[i - unit] if i >= unit else 0
            b, c = above[i], above[i - unit] if i >= unit else 0
            p = a + b - c
            paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line.append((value - [0, a, b, (a + b) // 2, paeth][kind]) & 255)
        out += bytes(line)
        above = row
    return out


def png_rows(samples, depth):
    """`samples` is rows × columns × channels, values of `depth` bits."""
    for row in samples:
        flat = row.reshape(-1).astype(np.uint16)
        if depth == 16:
            yield flat.astype(">u2").tobytes()
        else:
            bits = (flat[:, None] >> np.arange(depth - 1, -1, -1)) & 1
            yield np.packbits(bits.reshape(-1).astype(np.uint8)).tobytes()


def png(samples, depth, color, interlaced=False, extra=b"", parts=1):
    height, width, channels = samples.shape
    unit = max(1, depth * channels // 8)
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b""
    for x, y, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        part = samples[y::dy, x::dx]
        if part.size:
            raw += filtered(list(png_rows(part, depth)), unit)
    data = zlib.compress(raw)
    step = -(-len(data) // parts)
    idat = b"".join(chunk(b"IDAT", data[i:i + step]) for i in range(0, len(data), step))
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + idat + chunk(b"IEND", b"")


def record_png():
    records = []
    for interlaced in (False, True):
        for color, channels, depths in [(0, 1, [1, 2, 4, 8, 16]), (2, 3, [8, 16]), (3, 1, [1, 2, 4, 8]),
                                        (4, 2, [8, 16]), (6, 4, [8, 16])]:
            for depth in depths:
                for width, height in [(13, 11), (1, 1), (3, 7)] if depth in (1, 8) else [(13, 11)]:
                    samples = RANDOM.integers(0, 1 << depth, (height, width, channels))
                    samples[:, : width // 2] = samples[0, 0]
                    palette = RANDOM.integers(0, 256, 3 << min(depth, 8)).astype(np.uint8).tobytes()
                    extra = chunk(b"PLTE", palette) if color == 3 else b""
                    name = f"color {color}, {depth} bits, {width}x{height}{', interlaced' * interlaced}"
                    file = png(samples, depth, color, interlaced, extra, parts=3)
                    mode = {0: "L", 2: "RGB", 3: "RGB", 4: "LA", 6: "RGBA"}[color]
                    wide = (lambda image: np.array(image) >> 8) if (color, depth) == (0, 16) else None
                    records.append(recorded(name, file, mode, wide))
                    key = np.array(samples[0, 0], ">u2").tobytes()
                    alpha = bytes([0, 100]) if color == 3 else key
                    if color in (0, 2, 3) and depth <= 8:
                        file = png(samples, depth, color, interlaced, extra + chunk(b"tRNS", alpha))
                        # Pillow compares the key with samples that it has scaled; the specification does not.
                        gray = np.concatenate([samples * 255 // ((1 << depth) - 1),
                                               np.where(samples == samples[0, 0], 0, 255)], -1)
                        grays = (lambda image: gray) if color == 0 else None
                        records.append(recorded(name + ", transparent", file, "RGBA", grays))
    for mode in ("L", "RGB", "RGBA", "P"):
        out = io.BytesIO()
        image = Image.fromarray(photo(31, 17))
        image.convert(mode).save(out, "png")
        records.append(recorded(f"Pillow {mode}", out.getvalue(), "RGB" if mode == "P" else mode))
    save("png.bin", records)


# BMP and PPM


def bmp(bits, width, height, data, palette=b"", masks=b"", compression=0, header=40, down=False):
    offset = 14 + header + (len(masks) if header == 40 else 0) + len(palette)
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, width, -height if down else height, 1, bits, compression,
                           len(data), 2835, 2835, 0, 0)
        info += masks
        info += bytes(max(0, header - len(info)))
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + info + palette + data


def padded(rows):
    return b"".join(row + bytes(-len(row) % 4) for row in rows)


def record_bmp():
    records = []
    width, height = 13, 6
    for bits in (1, 4, 8):
        samples = RANDOM.integers(0, 1 << bits, (height, width, 1))
        palette = RANDOM.integers(0, 256, 4 << bits).astype(np.uint8).tobytes()
        data = padded(png_rows(samples, bits))
        for name, file in [("", bmp(bits, width, height, data, palette)),
                           (", top down", bmp(bits, width, height, data, palette, down=True)),
                           (", first header", bmp(bits, width, height, data, palette[:3 << bits], header=12))]:
            records.append(recorded(f"{bits} bits{name}", file, "RGB"))
    for bits, masks, compression, header in [
            (16, (), 0, 40), (16, (0xF800, 0x7E0, 0x1F), 3, 40), (16, (0x7C00, 0x3E0, 0x1F), 3, 40),
            (24, (), 0, 40), (24, (), 0, 124), (24, (), 0, 12), (32, (), 0, 40),
            (32, (0xFF0000, 0xFF00, 0xFF), 3, 40), (32, (0xFF000000, 0xFF0000, 0xFF00), 3, 40),
            (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000), 3, 124), (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000), 3, 108)]:
        row = [RANDOM.integers(0, 256, width * bits // 8).astype(np.uint8).tobytes() for _ in range(height)]
        file = bmp(bits, width, height, padded(row), masks=struct.pack(f"<{len(masks)}I", *masks),
                   compression=compression, header=header)
        mode = "RGBA" if len(masks) == 4 else "RGB"
        records.append(recorded(f"{bits} bits, masks {masks}, header {header}", file, mode))
    runs = bytes([5, 1, 0, 3, 7, 8, 9, 0, 0, 0, 0, 4, 9, 9, 9, 9, 9, 3, 0, 0, 13, 2, 0, 0, 0, 2, 4, 1, 9, 5, 0, 0,
                  13, 8, 0, 0, 6, 2, 7, 3, 0, 1])
    palette = RANDOM.integers(0, 256, 1024).astype(np.uint8).tobytes()
    records.append(recorded("runs", bmp(8, width, height, runs, palette, compression=1), "RGB"))
    save("bmp.bin", records)


def record_ppm():
    records = []
    for channels, binary, text in [(1, "P5", "P2"), (3, "P6", "P3")]:
        for most in (255, 1, 15, 100, 300, 65535):
            samples = RANDOM.integers(0, most + 1, (5, 7, channels))
            body = samples.astype(">u2" if most > 255 else "u1").tobytes()
            files = [(binary, f"{binary}\n# a note\n7 5\n{most}\n".encode() + body),
                     (text, f"{text} 7\t5 # note\n{most}\n".encode() + " ".join(map(str, samples.flat)).encode())]
            for name, file in files:
                # Pillow keeps 16 bits of gray.
                wide = (lambda image: np.rint(np.array(image) / 65535 * 255)) if channels == 1 and most > 255 else None
                records.append(recorded(f"{name}, most {most}", file, "L" if channels == 1 else "RGB", wide))
    save("ppm.bin", records)


# JPEG


def jpeg(image, **options):
    out = io.BytesIO()
    Image.fromarray(image if image.shape[-1] != 1 else image[..., 0]).save(out, "jpeg", **options)
    return out.getvalue()


def resampled(file, first, size):
    """The same blocks with other sampling factors: Pillow writes three of them only."""
    place = next(i for i in range(len(file)) if file[i:i + 2] in (b"\xff\xc0", b"\xff\xc2"))
    data = bytearray(file)
    data[place + 5:place + 9] = struct.pack(">HH", size[1], size[0])
    data[place + 11] = first
    return bytes(data)


def record_jpeg():
    records = []
    sizes = [(1, 1), (2, 3), (3, 2), (5, 9), (16, 16), (17, 33), (40, 27)]
    for size in sizes:
        for sampling in (0, 1, 2):
            for progressive in (False, True):
                file = jpeg(photo(*size), quality=90, subsampling=sampling, progressive=progressive)
                kind = "progressive" if progressive else "sequential"
                records.append(recorded(f"{size} sampling {sampling} {kind}", file, "RGB"))
    for progressive in (False, True):
        records.append(recorded(f"gray {progressive}", jpeg(photo(29, 21, 1), progressive=progressive), "L"))
        for quality in (10, 100):
            file = jpeg(photo(35, 20), quality=quality, subsampling=2, progressive=progressive, optimize=True)
            records.append(recorded(f"quality {quality} {progressive}", file, "RGB"))
        for blocks in (1, 3):
            file = jpeg(photo(50, 35), subsampling=2, progressive=progressive, restart_marker_blocks=blocks)
            records.append(recorded(f"restarts after {blocks} {progressive}", file, "RGB"))
        file = jpeg(photo(30, 62), subsampling=1, progressive=progressive)
        records.append(recorded(f"4:4:0 {progressive}", resampled(file, 0x12, (16, 121)), "RGB"))
        wide = jpeg(photo(62, 62), subsampling=2, progressive=progressive)
        records.append(recorded(f"4:1:1 {progressive}", resampled(wide, 0x41, (123, 30)), "RGB"))
        records.append(recorded(f"1x4 {progressive}", resampled(wide, 0x14, (30, 123)), "RGB"))
    records.append(recorded("RGB", jpeg(photo(20, 20), keep_rgb=True, quality=80), "RGB"))
    noise = RANDOM.integers(0, 2, (24, 24, 3)).astype(np.uint8) * 255
    for sampling in (0, 1, 2):
        records.append(recorded(f"noise {sampling}", jpeg(noise, quality=60, subsampling=sampling), "RGB"))
    save("jpeg.bin", records)


def segments(file):
    """The marker segments before the first scan: their kinds and places."""
    place = 2
    while file[place + 1] != 0xDA:
        size = struct.unpack(">H", file[place + 2:place + 4])[0] + 2
        yield file[place + 1], place, place + size
        place += size


def without_adobe(file):
    start, end = next((start, end) for kind, start, end in segments(file) if kind == 0xEE)
    return file[:start] + file[end:]


def as_ycck(file):
    """The same bytes with the mark that the first three components are YCbCr."""
    end = next(end for kind, _, end in segments(file) if kind == 0xEE)
    return file[:end - 1] + b"\x02" + file[end:]


def record_cmyk():
    records = []
    for size in [(1, 1), (9, 9), (17, 33)]:
        for sampling in (0, 1, 2):
            for progressive in (False, True):
                out = io.BytesIO()
                image = Image.fromarray(photo(*size, 4), "CMYK")
                image.save(out, "jpeg", quality=90, subsampling=sampling, progressive=progressive)
                for kind, file in [("Adobe", out.getvalue()), ("plain", without_adobe(out.getvalue())),
                                   ("YCCK", as_ycck(out.getvalue()))]:
                    records.append(recorded(f"{kind} {size} sampling {sampling} {progressive}", file, "RGB"))
    save("jpeg-cmyk.bin", records)


def record_turned():
    """Images whose EXIF data say how the camera was held, and what ImageOps.exif_transpose makes of them."""
    records = []

    def upright(image):
        array = np.array(ImageOps.exif_transpose(image))
        return array if array.ndim == 3 else array[..., None]

    for orientation in range(1, 9):
        for order in ("<", ">"):
            entries = struct.pack(order + "HHIHH", 0x0100, 3, 1, 13, 0)
            entries += struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
            tiff = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, 2) + entries + bytes(4)
            for channels in (1, 3):
                name = f"{orientation}{order}{channels}"
                file = jpeg(photo(13, 7, channels), quality=95, exif=b"Exif\0\0" + tiff)
                records.append(recorded("JPEG " + name, file, "RGB", upright))
            samples = RANDOM.integers(0, 256, (5, 4, 4))
            file = png(samples, 8, 6, extra=chunk(b"eXIf", tiff))
            records.append(recorded("PNG " + name, file, "RGBA", upright))
    save("turned.bin", records)


def record_foreign():
    """The first bytes of files in formats that are not read, by their own encoders."""
    pillow_heif.register_heif_opener()
    records = []
    for kind, ending in [("webp", "webp"), ("gif", "gif"), ("tiff", "tif"), ("avif", "avif"), ("heif", "heic"),
                         ("jpeg2000", "jp2")]:
        out = io.BytesIO()
        Image.fromarray(photo(64, 64)).save(out, kind)
        records.append((ending, out.getvalue()[:64]))
    for kind, subtype, ending in [("FLAC", "PCM_16", "flac"), ("OGG", "VORBIS", "ogg"), ("MP3", "MPEG_LAYER_III", "mp3"),
                                  ("AIFF", "PCM_16", "aiff")]:
        out = io.BytesIO()
        soundfile.write(out, np.zeros(4000), 16000, format=kind, subtype=subtype)
        records.append((ending, out.getvalue()[:64]))
    save("foreign.bin", records)


# Sound


def riff(*chunks):
    body = b"WAVE" + b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def wav(samples, width, rate=16000):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate)
        little = samples.astype("<i8").tobytes()
        file.writeframes(b"".join(little[i:i + width] for i in range(0, len(little), 8)))
    return out.getvalue()


def record_wav():
    records = []

    def add(name, file, values, rate=16000):
        values = np.asarray(values, "<f4")
        records.append((name, file, f"{rate},{values.shape[1]}", values.tobytes()))

    for width in (1, 2, 3, 4):
        for channels in (1, 2):
            half = 1 << (8 * width - 1)
            samples = RANDOM.integers(-half, half, (37, channels))
            stored = samples + half if width == 1 else samples
            add(f"{8 * width} bits, {channels}", wav(stored, width, 8000), samples / half, 8000)
    values = RANDOM.normal(0, 0.5, (21, 2)).astype("<f4")
    form = struct.pack("<HHIIHH", 3, 2, 16000, 128000, 8, 32)
    add("float32", riff((b"fmt ", form), (b"fact", struct.pack("<I", 21)), (b"data", values.tobytes())), values)
    form = struct.pack("<HHIIHH", 3, 1, 16000, 128000, 8, 64)
    double = values[:, :1].astype("<f8")
    add("float64", riff((b"fmt ", form), (b"data", double.tobytes())), double)
    guid = bytes.fromhex("000000001000800000aa00389b71")
    samples = RANDOM.integers(-32768, 32768, (9, 1))
    form = struct.pack("<HHIIHHHHIH", 0xFFFE, 1, 16000, 32000, 2, 16, 22, 16, 4, 1) + guid
    chunks = (b"fmt ", form), (b"LIST", b"odd"), (b"data", samples.astype("<i2").tobytes()), (b"id3 ", b"later")
    add("extensible", riff(*chunks), samples / 32768)
    streamed = bytearray(wav(samples, 2))
    streamed[40:44] = b"\xff" * 4
    add("streamed", bytes(streamed), samples / 32768)
    save("wav.bin", records)


def record_resampled():
    """What scipy.signal.resample_poly, in float64 with its default window, makes of float32 values."""
    records = []
    for rate, target, count in [(44100, 16000, 1500), (48000, 16000, 900), (22050, 16000, 700), (8000, 16000, 300),
                                (11025, 16000, 400), (16000, 44100, 200), (44101, 16000, 800), (192000, 8000, 2000),
                                (16000, 8000, 1), (8000, 16000, 1), (47999, 48000, 300)]:
        time = np.arange(count) / rate
        values = 0.4 * np.sin(2 * np.pi * 440 * time) + 0.3 * np.sin(2 * np.pi * 0.45 * min(rate, target) * time)
        values = (values + RANDOM.normal(0, 0.1, count)).astype("<f4")
        wanted = signal.resample_poly(values.astype("f8"), target, rate).astype("<f4")
        records.append((f"{rate},{target}", values.tobytes(), wanted.tobytes()))
    save("resampled.bin", records)


# Metadata of a model, slot by slot as in metadata_schema.fbs of tflite-support.


def metadata():
    builder = flatbuffers.Builder(0)

    def table(*fields):
        builder.StartObject(max(slot for slot, _, _ in fields) + 1)
        for slot, kind, value in fields:
            if kind == "offset":
                builder.PrependUOffsetTRelativeSlot(slot, value, 0)
            else:
                {"u8": builder.PrependUint8Slot, "i8": builder.PrependInt8Slot,
                 "u32": builder.PrependUint32Slot}[kind](slot, value, 0)
        return builder.EndObject()

    def vector(offsets):
        builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            builder.PrependUOffsetTRelative(offset)
        return builder.EndVector()

    def floats(*values):
        return builder.CreateNumpyVector(np.array(values, np.float32))

    def files(*entries):
        return vector([table(*[(slot, kind, builder.CreateString(value) if kind == "offset" else value)
                               for slot, kind, value in entry]) for entry in entries])

    def tensor(name, content, properties, mean=(), std=(), least=(), most=()):
        fields = [(0, "offset", builder.CreateString(name)), (1, "offset", builder.CreateString("about it"))]
        fields.append((3, "offset", table((0, "u8", content), (1, "offset", properties))))
        if mean:
            options = table((0, "offset", floats(*mean)), (1, "offset", floats(*std)))
            unit = table((0, "u8", 1), (1, "offset", options))
            fields.append((4, "offset", vector([unit])))
        if least:
            fields.append((5, "offset", table((0, "offset", floats(*most)), (1, "offset", floats(*least)))))
        return table(*fields)

    image = tensor("image", 2, table((0, "i8", 1)), (123, 116, 103), (58, 57, 57.5), (-2.5,), (2.5,))
    sound = tensor("sound", 4, table((0, "u32", 16000), (1, "u32", 1)))
    names = files([(0, "offset", "names_de.txt"), (2, "i8", 2), (3, "offset", "de")],
                  [(0, "offset", "vocabulary.txt"), (2, "i8", 5)],
                  [(0, "offset", "notes/about.txt"), (2, "i8", 2)])
    score = table((0, "offset", builder.CreateString("score")), (6, "offset", names))
    place = table((0, "offset", builder.CreateString("place")))
    subgraph = table((0, "offset", builder.CreateString("main")), (2, "offset", vector([image, sound])),
                     (3, "offset", vector([place, score])))
    builder.Finish(table((0, "offset", builder.CreateString("model")), (3, "offset", vector([subgraph]))),
                   file_identifier=b"M001")
    return bytes(builder.Output())


RECORDERS = {
    "metadata": lambda: save("metadata.bin", [(metadata(),)]), "png": record_png, "bmp": record_bmp,
    "ppm": record_ppm, "jpeg": record_jpeg, "cmyk": record_cmyk, "turned": record_turned,
    "foreign": record_foreign, "wav": record_wav, "resampled": record_resampled,
}

os.makedirs(FOLDER, exist_ok=True)
for name in sys.argv[1:] or RECORDERS:
    RANDOM = np.random.default_rng(7)
    RECORDERS[name]()
