"""Judges mixtures of forms, as `auto` finds them, against the uniform modes in as many bytes.

For each model of the zoo `quantize` makes its uniform files: int8, int16x8, dynamic, weights-only and float16, and
int4 weights where a mode takes them. `auto --max-size` then gets two sizes: halfway between int8 with int4 and with
int8 weights, and 1.15 times int8. The best of its mixtures (steps with `form=`) within the size runs in LiteRT beside
the best uniform file within it, on samples that made neither: relative L2 error of what the last SOFTMAX reads, or of
the outputs. Then the mixture of the unrolled CRNN that `auto --min-agreement 98` finds, and of any model with
--other MODEL.tflite DATA.npz (an array for each input): agreement with the float model in LiteRT, and the shares of
weights and multiplications in integers. It reports and never gates.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np

import bench_accuracy
from oracle import files

NAMES = ("DS-CNN-S", "CNN-S", "DNN-S", "MLPerf KWS", "MNIST CNN", "wake word", "ResNet8", "VWW 96", "autoencoder",
         "DS-CNN-L", "MobileNetV1 0.25", "ResNet 6 blocks")
UNIFORM = {
    "int8": ["--mode", "int8"], "int16x8": ["--mode", "int16x8"], "dynamic": ["--mode", "dynamic"],
    "weights-only": ["--mode", "dynamic", "--weights-only"], "float16": ["--mode", "float16"],
    "int8/int4": ["--mode", "int8", "--weights", "int4"], "int16x8/int4": ["--mode", "int16x8", "--weights", "int4"],
    "dynamic/int4": ["--mode", "dynamic", "--weights", "int4"],
}
GOAL = 0.7
# exp(-8) is a third of a thousandth, which is less than a step of the outputs of int8.
DEPTH = 8


def call(options, *arguments):
    done = subprocess.run([options.optimize, *map(str, arguments), "--force", "--quiet"], capture_output=True, text=True)
    if done.returncode not in (0, 1, 3):
        raise RuntimeError(f"{arguments}: exit {done.returncode}: {done.stderr[-300:]}")
    return done.returncode == 0


def error(path, tested, wanted):
    outputs, before = bench_accuracy.run(path, tested)
    if before is None or wanted[1] is None:
        return bench_accuracy.error(outputs, wanted[0])
    # Integers need not reach what SOFTMAX makes nothing of.
    return bench_accuracy.error(*(np.maximum(values, values.max(1, keepdims=True) - DEPTH)
                                  for values in (before, wanted[1])))


def mixture(options, path, samples, limit, work):
    """(steps, file) of auto's best mixture within a gate, or None."""
    report = work / "auto.json"
    call(options, "auto", path, "--rep-data", samples, *limit, "--time", options.time, "-o", work / "auto.tflite",
         "--json", report)
    found = [c for c in json.loads(report.read_text())["choice"]["candidates"]
             if "form=" in " ".join(c["steps"]) and c.get("bytes") and not c["misses"]]
    if not found:
        return None
    key = (lambda c: c["sqnr"] or 0) if limit[0] == "--max-size" else (lambda c: -c["download"])
    steps = max(found, key=key)["steps"]
    target = work / "mixed.tflite"
    call(options, "pipeline", path, *steps, "--rep-data", samples, "-o", target, "--allow-larger")
    return steps, target


def judge(options, name):
    place, _, kind = bench_accuracy.PAIRS[name]
    path = options.zoo / "models" / f"{place}.tflite"
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        details = bench_accuracy.Interpreter(str(path)).get_input_details()
        given, tested, _ = bench_accuracy.samples(options.zoo, tuple(details[0]["shape"]), kind)
        tested = tested[:options.tested if np.prod(details[0]["shape"]) < 20000 else 24]
        samples = bench_accuracy.folder_of(given[:100], work)
        wanted = bench_accuracy.run(path, tested)
        uniform = {}
        for mode, flags in UNIFORM.items():
            target = work / "uniform.tflite"
            target.unlink(missing_ok=True)
            call(options, "quantize", path, *flags, "--rep-data", samples, "-o", target, "--allow-larger")
            if target.exists():
                uniform[mode] = (target.stat().st_size, error(target, tested, wanted))
        whole = uniform["int8"][0]
        limits = {"6 bits": (whole + uniform["int8/int4"][0]) // 2, "1.15": int(1.15 * whole)}
        for label, limit in limits.items():
            best = min((e, mode) for mode, (size, e) in uniform.items() if size <= limit)
            line = {"model": name, "size": label, "bytes": limit, "uniform": best[1], "error": best[0]}
            made = mixture(options, path, samples, ["--max-size", limit], work)
            if made:
                line |= {"steps": made[0], "mixed": error(made[1], tested, wanted), "file": made[1].stat().st_size}
                line["ratio"] = line["mixed"] / max(best[0], 1e-30)
            yield line


def integers(path, mixed):
    """Shares of weights and of multiplications by operators that read integer weights."""
    model = files.Model(mixed)
    T = files.schema.TensorType
    counts = {"weights": [0, 0], "multiplications": [0, 0]}
    for subgraph in model.tree.subgraphs:
        for operator in subgraph.operators:
            kind = model.kind(operator)
            if kind not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "BATCH_MATMUL"):
                continue
            inputs = [subgraph.tensors[i] for i in files.indices(operator.inputs) if i >= 0]
            weight, result = inputs[1], subgraph.tensors[files.indices(operator.outputs)[0]]
            shape = [int(n) for n in weight.shape]
            size = int(np.prod(shape))
            # Each weight is used once for every place of the output.
            out = int(np.prod([int(n) for n in result.shape]))
            times = {"CONV_2D": out * size // shape[0], "DEPTHWISE_CONV_2D": out * size // shape[-1],
                     "FULLY_CONNECTED": out * shape[-1], "BATCH_MATMUL": out * int(inputs[0].shape[-1])}[kind]
            whole = weight.type in (T.INT8, T.INT4, T.INT16)
            for key, count in (("weights", size if kind != "BATCH_MATMUL" else 0), ("multiplications", times)):
                counts[key][0] += count * whole
                counts[key][1] += count
    return {key: part / max(all_, 1) for key, (part, all_) in counts.items()}


def results(path, tested):
    """Answers: the place of the greatest value in each row of each output."""
    model = bench_accuracy.Interpreter(str(path), num_threads=2)
    model.allocate_tensors()
    found = []
    for sample in tested:
        for detail, values in zip(model.get_input_details(), sample):
            model.set_tensor(detail["index"], values)
        model.invoke()
        found.append(np.concatenate([model.get_tensor(d["index"]).argmax(-1).ravel()
                                     for d in model.get_output_details()]))
    return np.array(found)


def agreement(options, name, path, given, tested):
    """`given` and `tested` are samples: lists of an array for each input."""
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        for number, sample in enumerate(given):
            folder = work / "samples" / f"{number:04}"
            folder.mkdir(parents=True)
            for place, values in enumerate(sample):
                np.save(folder / f"{place}.npy", values)
        line = {"model": name}
        made = mixture(options, path, work / "samples", ["--min-agreement", "98"], work)
        wanted = results(path, tested)
        if made:
            line |= {"steps": made[0], "file": made[1].stat().st_size, **integers(path, made[1]),
                     "agreement": float((results(made[1], tested) == wanted).mean())}
        target = work / "int8.tflite"
        call(options, "quantize", path, "--mode", "int8", "--strict", "--rep-data", work / "samples", "-o", target,
             "--allow-larger")
        if target.exists():
            line["agreement of int8"] = float((results(target, tested) == wanted).mean())
    print(json.dumps(line), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, default=pathlib.Path("../shared/zoo"))
    parser.add_argument("--only", default=",".join(NAMES))
    parser.add_argument("--tested", type=int, default=300)
    parser.add_argument("--time", default="60s", help="of each call of auto")
    parser.add_argument("--other", nargs=2, type=pathlib.Path, action="append", default=[])
    parser.add_argument("--no-crnn", action="store_true")
    options = parser.parse_args()
    options.optimize = str(pathlib.Path(options.optimize).resolve())
    ratios = {}
    for name in filter(None, options.only.split(",")):
        for line in judge(options, name):
            print(json.dumps(line), flush=True)
            ratios.setdefault(line["size"], []).append(line.get("ratio", 1.0))
    for size, found in ratios.items():
        print(f"{size}: {sum(r <= GOAL for r in found)} of {len(found)} models with at most {GOAL} times the error; "
              f"geometric mean {np.exp(np.mean(np.log(found))):.3f}")

    if not options.no_crnn:
        path = options.zoo / "models" / f"{bench_accuracy.PAIRS['CRNN-S'][0]}.tflite"
        given, tested, _ = bench_accuracy.samples(options.zoo, (1, 49, 10), "speech49")
        agreement(options, "CRNN-S", path, [[s] for s in given], [[s] for s in tested])
    for path, data in options.other:
        details = bench_accuracy.Interpreter(str(path)).get_input_details()
        arrays = np.load(data)
        stacks = [arrays[key] for key in arrays.files][:len(details)]
        made = [[s[i].reshape(d["shape"]).astype(d["dtype"]) for s, d in zip(stacks, details)]
                for i in range(len(stacks[0]))]
        agreement(options, path.stem, path, made[::2], made[1::2])


if __name__ == "__main__":
    main()
