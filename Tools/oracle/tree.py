"""Deep comparison of two unpacked models: nothing may differ but where bytes are stored."""

import struct

import numpy as np
from ai_edge_litert import schema_py_generated as schema

LIMIT = 5  # differences listed per comparison


def differences(before, after, ignore=()):
    """Paths at which two files.Model differ. `ignore` holds attribute names to pass over."""
    found = []
    _compare(before.tree, after.tree, "model", found, (before, after), frozenset(ignore))
    return found


def object_differences(a, b, path, ignore=()):
    found = []
    _compare(a, b, path, found, None, frozenset(ignore))
    return found


def _show(value):
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value[:6])}×{value.size}"
    said = repr(value)
    return said if len(said) < 60 else said[:57] + "…"


def _compare(a, b, path, found, files, ignore):
    if len(found) >= LIMIT:
        return
    if type(a) is not type(b):
        found.append(f"{path}: {_show(a)} became {_show(b)}")
    elif isinstance(a, schema.BufferT) and files is not None:
        _compare_buffers(a, b, path, found, files)
    elif isinstance(a, np.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes():
            found.append(f"{path}: {_show(a)} became {_show(b)}")
    elif isinstance(a, list):
        if len(a) != len(b):
            found.append(f"{path}: {len(a)} elements became {len(b)}")
        else:
            for index, (x, y) in enumerate(zip(a, b)):
                _compare(x, y, f"{path}[{index}]", found, files, ignore)
    elif isinstance(a, float):
        if struct.pack("<d", a) != struct.pack("<d", b):
            found.append(f"{path}: {a!r} became {b!r}")
    elif hasattr(a, "__dict__"):
        for name, value in vars(a).items():
            if name in ignore:
                continue
            if files is not None and name in ("largeCustomOptionsOffset", "largeCustomOptionsSize"):
                _compare_large(a, b, name, path, found, files)
                continue
            _compare(value, getattr(b, name), f"{path}.{name}", found, files, ignore)
    elif a != b:
        found.append(f"{path}: {_show(a)} became {_show(b)}")


def _content(buffer, file):
    if buffer.offset > 1:
        return file.bytes[buffer.offset:buffer.offset + buffer.size]
    return None if buffer.data is None else np.asarray(buffer.data, np.uint8).tobytes()


def _compare_buffers(a, b, path, found, files):
    x, y = _content(a, files[0]), _content(b, files[1])
    if (x is None) != (y is None):
        found.append(f"{path}.data: {'absent' if x is None else f'{len(x)} bytes'} became "
                     f"{'absent' if y is None else f'{len(y)} bytes'}")
    elif x != y:
        found.append(f"{path}.data: {len(x)} bytes became {len(y)} bytes or other content")
    if min(a.offset, 1) != min(b.offset, 1) and not (x and y):
        found.append(f"{path}.offset: {a.offset} became {b.offset}")


def _compare_large(a, b, name, path, found, files):
    if name.endswith("Offset"):
        spans = [(o.largeCustomOptionsOffset, o.largeCustomOptionsSize) for o in (a, b)]
        x, y = (f.bytes[o:o + s] if o > 1 else None for f, (o, s) in zip(files, spans))
        if x != y:
            found.append(f"{path}: large custom options differ")
