"""Real data of the zoo for the models that have some."""

import pathlib
import struct

import numpy as np

COUNT = 24  # per model; big images get fewer


def _bmp(path):
    raw = pathlib.Path(path).read_bytes()
    offset = struct.unpack_from("<I", raw, 10)[0]
    width, height, _, bits, packing = struct.unpack_from("<iiHHI", raw, 18)
    if bits != 24 or packing != 0:
        return None
    stride = (width * 3 + 3) // 4 * 4
    rows = np.frombuffer(raw, np.uint8, stride * abs(height), offset).reshape(abs(height), stride)
    image = rows[:, :width * 3].reshape(abs(height), width, 3)[:, :, ::-1]
    return image[::-1] if height > 0 else image


def _images(zoo, size):
    found = []
    for path in sorted((zoo / "data/images_coral").glob("*.bmp")):
        image = _bmp(path)
        if image is not None:
            side = min(image.shape[:2])
            pick = ((np.arange(size) + 0.5) * side / size).astype(int)
            for place in (1, 0, 2):  # the middle, then both ends
                top, left = (image.shape[0] - side) * place // 2, (image.shape[1] - side) * place // 2
                found.append(image[top:top + side, left:left + side][pick][:, pick].astype(np.float32))
    return found


def _steps(path):
    from . import files  # needs LiteRT's parser, which not everyone who wants samples has
    graph = files.Model(path).tree.subgraphs[0]
    return files.indices(graph.tensors[graph.inputs[0]].shape)[1]


def real(zoo, path, steps=None):
    """Samples (a list of input lists) for a model file by its name, or None.

    `steps` is the second dimension of the first input, for callers who know it.
    """
    name = pathlib.Path(path).name
    if zoo is None:
        return None
    data = zoo / "data"
    if "kws_dscnn" in name:
        x = (np.load(data / "mlperf_kws01_500.npz")["x"][:COUNT].astype(np.float32) - 83) * np.float32(0.5847029)
        return [[s.reshape(1, 49, 10, 1)] for s in x]
    if name.startswith("kws_mcu"):
        arrays = np.load(data / "speech_commands_mfcc_1200.npz")
        steps = _steps(path) if steps is None else steps
        key = next((k for k in arrays.files if arrays[k].ndim == 3 and arrays[k].shape[1] == steps), None)
        if key is None:
            return None
        step = max(1, len(arrays[key]) // COUNT)
        return [[s[None].astype(np.float32)] for s in arrays[key][::step][:COUNT]]
    if "mobilenet_v1" in name and "224" in name:
        return [[(i[None] - 127.5) / 127.5] for i in _images(zoo, 224)]
    if "vww_96" in name:
        return [[i[None] / 255] for i in _images(zoo, 96)]
    if "resnet8" in name:
        return [[i[None]] for i in _images(zoo, 32)]
    return None
