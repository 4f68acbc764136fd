"""Models of the kinds that others showed us wrong on: outputs by column, on samples that made nothing, in LiteRT's
default path and with the reference kernels.

`Fixtures/Cases` has generated models (masks, detector heads, front ends, padding, dead layers); `cases.json` beside
them says how the official converter's int8 files fare. A folder of reported cases is judged by `REPORTED`.
"""

import json
import pathlib

import numpy as np

from . import process, runtime

PATHS = ("default", "reference")
# folder: (model, command, exit code, greatest relative L2 of an output). None: any that runs.
REPORTED = {
    "attention_mask_10000": [("float.tflite", ["quantize", "--mode", "int8"], 0, 0.05),
                             ("float.tflite", ["quantize", "--mode", "int16x8"], 0, 0.02)],
    "yolo_concat_scores": [("float.tflite", ["quantize", "--mode", "int8"], 0, 0.02)],
    "dead_layer_unloadable": [("float.tflite", ["quantize", "--mode", "int8"], 0, 0.02)],
    "int8_streaming_made_float": [("vad.tflite", ["quantize", "--mode", "int8"], 3, None)],
    "transpose_conv_bias4d": [("tconv.tflite", ["quantize", "--mode", "int8"], 0, 0.03),
                              ("tconv.tflite", ["quantize", "--mode", "int16x8"], 0, 0.01),
                              ("tconv.tflite", ["pipeline", "cluster:clusters=16", "quantize:mode=int8"], 0, None)],
    "transpose_conv_dynamic_slow": [("tconv.tflite", ["quantize", "--mode", "dynamic"], 0, 0.02)],
    "fc_hybrid_row_sums": [("float.tflite", ["quantize", "--mode", "dynamic"], 0, 0.02)],
    "holdout_not_refit": [("float.tflite", ["quantize", "--mode", "int8"], 0, 0.08)],
    "int16_softmax_own_vs_litert": [("float.tflite", ["quantize", "--mode", "int16x8"], 0, 0.02),
                                    ("float.tflite", ["quantize", "--mode", "int8"], 0, 0.05)],
    "prune_larger": [("float.tflite", ["prune", "--sparsity", "0.5"], (0, 3), None)],
    "rewrite_larger": [("t_espcn.tflite", ["pipeline", "rewrite"], (0, 3), None)],
    "nonfinite_weights_unsaid": [("nan.tflite", ["quantize", "--mode", mode], 0, None) for mode in ("float16", "dynamic")],
    "prune_rep_wide_dense": [("model.tflite", ["prune", "--sparsity", "0.5"], 0, None)],
}


def attention(random):
    kept = random.integers(5, 17)
    return [random.standard_normal((1, 16, 32)), (np.arange(16) < kept)[None]]


def image(random):
    pixels = random.random((1, 48, 48, 3))
    for _ in range(random.integers(2, 12)):
        y, x = random.integers(0, 40, 2)
        pixels[0, y:y + 8, x:x + 8] = random.random(3)
    return [pixels]


def sound(random):
    return [random.standard_normal((1, 32, 64)) * 10 ** random.uniform(-3, 1, (1, 32, 1))]


INPUTS = {"att": attention, "det": image, "pad": image, "dead": image, "front": sound}


def inputs(name, count, seed):
    """Samples of a generated case: arrays in the order of the model's inputs (x, m)."""
    random = np.random.default_rng(seed)
    make = INPUTS[name.split("_")[0]]
    return [[array.astype(np.float32) for array in make(random)] for _ in range(count)]


def errors(expected, found):
    """(relative L2, that of the worst column) of the worst output; columns are indices of the last axis."""
    worst = [0.0, 0.0]
    for output in range(len(expected[0])):
        float_values = np.stack([sample[output] for sample in expected]).astype(np.float64)
        values = np.stack([sample[output] for sample in found]).astype(np.float64)
        finite = np.isfinite(float_values)
        error = np.where(finite, float_values - values, 0) ** 2
        signal = np.where(finite, float_values, 0) ** 2
        worst[0] = max(worst[0], np.sqrt(error.sum() / max(signal.sum(), 1e-30)))
        axes = tuple(range(signal.ndim - 1))
        error, signal = error.sum(axes), signal.sum(axes)
        kept = signal > 1e-12 * signal.max()
        worst[1] = max(worst[1], np.sqrt((error[kept] / signal[kept]).max(initial=0)))
    return worst


def ordered(path, samples):
    """The samples' arrays as the file's inputs want them: masks have fewer elements than data."""
    details = process.isolated(_details, path)
    def position(shape):
        return next(i for i, array in enumerate(samples[0]) if list(array.shape) == list(shape))
    places = [position(shape) for shape in details] if len(details) > 1 else [0]
    return [[sample[place] for place in places] for sample in samples]


def _details(path):
    interpreter = runtime.Interpreter(model_path=str(path))
    return [[int(i) for i in d["shape"]] for d in interpreter.get_input_details()]


def save(folder, samples):
    for number, arrays in enumerate(samples):
        place = folder / f"{number:03}"
        place.mkdir(parents=True)
        for position, array in enumerate(arrays):
            np.save(place / f"{position:02}.npy", array)


def judge(model, command, optimize, folder, fit, held, expected, code=0):
    """(problems, errors by path, the command's output) of one command on one model."""
    target = folder / "out.tflite"
    call = [optimize, command[0], str(model), *command[1:], "-o", str(target), "--force"]
    data = folder / "fit"
    if fit and not data.exists():
        save(data, fit)
    if fit and "dynamic" not in command and "float16" not in command:
        call += ["--rep-data", str(data)]
    done = process.call(call, seconds=300)
    codes = code if isinstance(code, tuple) else (code,)
    if done.code not in codes:
        return [f"exit {done.code}: {done.said()}"], {}, done
    if done.code != 0:
        return [], {}, done
    if target.stat().st_size > model.stat().st_size:
        return ["the file is larger"], {}, done
    found = {}
    for path in PATHS:
        run = runtime.Run(target, path, samples=held, seeds=range(len(held or [1])))
        if not run.runs:
            return [f"{path}: {run.error}"], found, done
        if held:
            found[path] = errors(expected, run.results)
    return [], found, done


def check_generated(model, official, optimize, folder):
    """[(check, problems)] and figures of one model of Fixtures/Cases."""
    name = model.stem
    fit, held = (ordered(model, inputs(name, count, seed)) for count, seed in ((48, 1), (24, 2)))
    expected = runtime.Run(model, "reference", samples=held).results
    results, figures = [], {}
    for mode in ("int8", "int16x8"):
        place = folder / mode
        place.mkdir()
        problems, found, _ = judge(model, ["quantize", "--mode", mode], optimize, place, fit, held, expected)
        for path, (total, column) in found.items():
            figures[f"{mode} {path}"] = [round(total, 5), round(column, 5)]
            limit = 0.1
            if mode == "int8" and official.get(path):
                limit = min(limit, official[path][1])
            if column > limit:
                problems.append(f"{path}: the worst column is {100 * column:.2f} % off, at most {100 * limit:.2f} %")
        results.append((f"{name} {mode}", problems))
    return results, figures


def check_reported(case, optimize, folder):
    """[(check, problems)] and figures of one reported case."""
    results, figures = [], {}
    for number, (file, command, code, limit) in enumerate(REPORTED[case.name]):
        place = folder / str(number)
        place.mkdir()
        samples = read(case)
        cut = max(1, len(samples) * 3 // 4)
        fit, held = samples[:cut], samples[cut:] or samples
        expected = None
        if held:
            run = runtime.Run(case / file, "reference", samples=held)
            expected, held = (run.results, held) if run.runs else (None, None)
        problems, found, done = judge(case / file, command, optimize, place, fit, held, expected, code)
        for path, (total, column) in found.items():
            figures[f"{' '.join(command[1:])} {path}"] = [round(total, 5), round(column, 5)]
            if limit is not None and total > limit:
                problems.append(f"{path}: {100 * total:.2f} % off, at most {100 * limit:.2f} %")
        if case.name == "nonfinite_weights_unsaid" and "NaN" not in done.out + done.err:
            problems.append("nothing is said of values that are not finite")
        results.append((f"{case.name} {' '.join(command)}", problems))
    return results, figures


def read(case):
    """The samples of a reported case; an array in one file is one sample."""
    single = sorted(case.glob("x.npy"))
    if single:
        array = np.load(single[0])
        return [[row[None]] for row in array] if array.shape[0] > 1 else [[array]]
    return [[np.load(f) for f in sorted(folder.glob("*.npy"))]
            for folder in sorted((case / "rep").glob("*")) if folder.is_dir()]


def check(fixtures, cases, optimize, only, folder):
    """Yields (check, problems), and prints what int8 files are off by."""
    known = json.loads((fixtures / "cases.json").read_text())
    work = [(path.stem, check_generated, path, known[path.stem]) for path in sorted(fixtures.glob("*.tflite"))]
    for path in sorted(pathlib.Path(cases).glob("*")) if cases else []:
        if path.name in REPORTED:
            work.append((path.name, check_reported, path))
    for name, function, *arguments in work:
        if only not in name:
            continue
        place = pathlib.Path(folder) / name
        place.mkdir()
        results, figures = function(*arguments, optimize, place)
        shown = ", ".join(f"{key} {100 * total:.2f} % (column {100 * column:.2f} %)"
                          for key, (total, column) in figures.items())
        print(f"{name}: {shown}", flush=True)
        yield from results
