"""The models that same_bytes.py compares on: where they are, what they cost, and their samples."""

import hashlib
import json
import math
import pathlib
import subprocess

import numpy as np

from oracle import samples

ROOT = pathlib.Path(__file__).resolve().parent.parent
COUNT = 24  # samples: a part is held out, and enough must be left to quantize with
LARGE = 1 << 18  # elements of all inputs together; models with more get LARGE_COUNT samples
LARGE_COUNT = 8
HUGE = 1 << 22  # elements of inputs that only a test of sizes has; their samples alone take minutes
SEED = 20
TYPES = {"float32": np.float32, "float16": np.float16, "int8": np.int8, "uint8": np.uint8,
         "int16": np.int16, "int32": np.int32, "int64": np.int64, "bool": np.bool_}
PRODUCTS = {"CONV_2D": 0, "FULLY_CONNECTED": 0, "DEPTHWISE_CONV_2D": 3, "TRANSPOSE_CONV": 0,
            "CONV_3D": 4}  # operator → axis of its filter's output channels


class Model:
    def __init__(self, path, name, zoo):
        self.path, self.name, self.zoo = path, name, zoo
        self.digest = hashlib.sha256(path.read_bytes()).hexdigest()
        self.inputs, self.multiplications = None, 0

    def read(self, optimize):
        """Learns inputs and cost from `optimize inspect`; a file that it refuses has neither."""
        try:
            done = subprocess.run([optimize, "inspect", str(self.path), "--json"],
                                  capture_output=True, timeout=60)
            graph = json.loads(done.stdout)["subgraphs"][0]
        except (ValueError, LookupError, subprocess.TimeoutExpired):
            return
        tensors = graph["tensors"]
        self.inputs = [tensors[i] for i in graph["inputs"]]
        self.multiplications = sum(_multiplications(o, tensors) for o in graph["operators"])

    def write_samples(self, folder):
        """Writes the same samples in every run; their digest, or None where there are none."""
        shapes = [tuple(t["shape"]) for t in self.inputs or []]
        if not shapes or any(t["type"] not in TYPES for t in self.inputs) \
                or sum(map(math.prod, shapes)) > HUGE:
            return None
        given, digest = self._real(shapes) or self._random(shapes), hashlib.sha256()
        folder.mkdir()
        for number, sample in enumerate(given):
            inner = folder / f"{number:02}" if len(sample) > 1 else folder
            inner.mkdir(exist_ok=True)
            for position, array in enumerate(sample):
                digest.update(array.tobytes())
                # One file is a sample; of several inputs each has a file in the sample's folder.
                place = inner / (f"{position:02}.npy" if len(sample) > 1 else f"{number:02}.npy")
                np.save(place, array)
        return digest.hexdigest()

    def _real(self, shapes):
        steps = shapes[0][1] if len(shapes[0]) > 1 else 0
        given = samples.real(self.zoo, self.path, steps)
        wanted = [(shape, TYPES[t["type"]]) for shape, t in zip(shapes, self.inputs)]
        if given and [(a.shape, a.dtype.type) for a in given[0]] == wanted:
            return given[:COUNT]
        return None

    def _random(self, shapes):
        count = COUNT if sum(map(math.prod, shapes)) <= LARGE else LARGE_COUNT
        return [[_values(tensor, shape, [SEED, number, position])
                 for position, (tensor, shape) in enumerate(zip(self.inputs, shapes))]
                for number in range(count)]


def _values(tensor, shape, seed):
    """As the oracle has them: floats in [−1, 1], integers 0 or 1, quantized of every level."""
    random, kind = np.random.default_rng(seed), np.dtype(TYPES[tensor["type"]])
    if kind.kind == "f":
        return random.uniform(-1, 1, shape).astype(kind)
    if kind.kind in "iu" and tensor.get("scales"):
        limits = np.iinfo(kind)
        return random.integers(limits.min, limits.max, shape, endpoint=True).astype(kind)
    return random.integers(0, 2, shape).astype(kind)


def _multiplications(operator, tensors):
    axis, inputs = PRODUCTS.get(operator["kind"]), operator["inputs"]
    if axis is None or len(inputs) < 2 or not operator["outputs"]:
        return 0
    # TRANSPOSE_CONV's input 2 is what its filter goes over; the others' is their output.
    over = inputs[2] if operator["kind"] == "TRANSPOSE_CONV" else operator["outputs"][0]
    filter_shape = tensors[inputs[1]]["shape"]
    channels = filter_shape[min(axis, len(filter_shape) - 1)] if filter_shape else 1
    return math.prod(tensors[over]["shape"]) * math.prod(filter_shape) // max(1, channels)


def models(zoo):
    """The models of a zoo, then this checkout's fixtures: a new one moves no other's place."""
    found = []
    if zoo is not None:
        records = json.loads((zoo / "zoo.json").read_text())
        found = [(zoo / path, path) for path in sorted(r["path"] for r in records)]
    fixtures = ROOT / "Fixtures/Models"
    found += [(path, str(path.relative_to(ROOT))) for path in sorted(fixtures.rglob("*.tflite"))]
    return [Model(path, name, zoo) for path, name in found]
