"""One model under test, and the record of what was found about it."""

import json
import pathlib

from . import files, process

FLOAT_KINDS = ("float32", "float16-weights")


class Subject:
    """A model file, what is known about it, and the command that is judged on it."""

    def __init__(self, path, record, zoo, optimize, folder, checks):
        self.path, self.record, self.zoo = pathlib.Path(path).resolve(), record, zoo
        self.optimize, self.folder, self.checks = optimize, pathlib.Path(folder), checks
        self.results, self.figures = [], {}  # results: (check, [problem])
        self.version = files.file_version(self.path)
        self.model = None
        try:
            self.model = files.Model(self.path)
        except Exception as error:  # the parser has no error type of its own
            self.unreadable = f"{type(error).__name__}: {error}"

    @property
    def name(self):
        if self.zoo is not None and self.path.is_relative_to(self.zoo):
            return str(self.path.relative_to(self.zoo))
        return self.path.name

    @property
    def kind(self):
        return self.record.get("kind", "float32")

    @property
    def is_float(self):
        return self.kind in FLOAT_KINDS

    @property
    def runs(self):
        return self.record.get("runs", True)

    @property
    def rejected(self):
        return self.record.get("category") == "custom_reject" or "/custom_reject/" in str(self.path)

    def wants(self, check):
        return not self.checks or check in self.checks

    def found(self, check, problems):
        self.results.append((check, [" ".join(str(p).split())[:300] for p in problems]))

    def out(self, name):
        path = self.folder / name
        path.unlink(missing_ok=True)
        return path

    def call(self, *arguments, folder=None, seconds=120):
        return process.call([self.optimize, *arguments], folder=folder, seconds=seconds)


def guess_kind(model):
    """The kind of a file that no zoo.json describes, from the types of its tensors."""
    types = set()
    for subgraph in model.tree.subgraphs or []:
        for tensor in subgraph.tensors or []:
            quantized = tensor.quantization is not None and tensor.quantization.scale is not None
            constant = bool(tensor.buffer and model.data(tensor.buffer))
            types.add((files.TYPE_NAMES.get(tensor.type), quantized, constant))
    if any(t == "UINT8" and q for t, q, _ in types):
        return "uint8"
    if any(t == "INT16" and q for t, q, _ in types):
        return "int16x8"
    if any(t == "INT8" and q and not c for t, q, c in types):
        return "int8"
    if any(t in ("INT8", "INT4", "INT2") and c for t, _, c in types):
        return "dynamic-range/hybrid"
    return "float16-weights" if any(t == "FLOAT16" for t, _, _ in types) else "float32"


def json_of(path):
    try:
        return json.loads(pathlib.Path(path).read_text()), None
    except FileNotFoundError:
        return None, "no report was written"
    except (ValueError, UnicodeDecodeError) as error:
        return None, f"the report is not JSON: {error}"
