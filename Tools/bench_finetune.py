"""What training is worth: top-1 in LiteRT of plain `quantize` and of `finetune`, on clips that neither has seen.

Of the zoo's labelled clips half train and the other half test, in several draws; a draw's float accuracy is subtracted,
and the mean over draws comes with its standard error. Recipes are in CASES; `labels` ones get the training clips' labels.
With --errors: the error of the outputs in W8A8 against that of plain `quantize`, on other samples, for every pair of
bench_accuracy.py: before SOFTMAX, ranges cut what it does not tell apart. It reports and never gates.
"""

import argparse
import concurrent.futures
import pathlib
import subprocess
import tempfile
import time
import zlib

import numpy as np
from ai_edge_litert.interpreter import Interpreter

import bench_accuracy

NETS = ("DS-CNN-S", "DS-CNN-L", "CNN-S", "DNN-S", "LSTM-S (WHILE)", "LSTM-S (fused)", "GRU-S (WHILE)", "CRNN-S",
        "MLPerf KWS")
PRUNE = {"prune 50 %": ["prune:sparsity=0.5"], "prune 70 %": ["prune:sparsity=0.7"], "prune 2:4": ["prune:pattern=2:4"],
         "cluster 16": ["cluster:clusters=16,shared-codebook=true"],
         "prune 50 %, cluster 16": ["prune:sparsity=0.5", "cluster:clusters=16,preserve-zero=true"]}
TRAIN = {"W8A8": ["finetune:mode=int8"], "W4A8": ["finetune:mode=int8,weights=int4"]}
# name: (steps of the pipeline, whether it gets labels)
CASES = {"W8A8 plain": (["quantize:mode=int8"], False), "W4A8 plain": (["quantize:mode=int8,weights=int4"], False)}
CASES |= {name: (steps, False) for name, steps in TRAIN.items()}
CASES |= {f"{name} labels": (steps, True) for name, steps in TRAIN.items()}
CASES |= {f"{name}, W8A8": ([*steps, "finetune", "quantize:mode=int8"], False) for name, steps in PRUNE.items()}
# Repaired in floats first, which integers then round.
CASES |= {f"{name}, float, W8A8": ([*steps, "finetune:mode=float", "quantize:mode=int8"], False)
          for name, steps in PRUNE.items()}
CASES |= {f"{name}, W8A8 plain": ([*steps, "quantize:mode=int8"], False) for name, steps in PRUNE.items()}


def halves(zoo, shape, kind, seed):
    """(training, its labels, tested, their labels) of a draw."""
    data = zoo / "data"
    if kind == "kws01":
        arrays = np.load(data / "mlperf_kws01_500.npz")
        samples = (arrays["x"].astype(np.float32) - 83) * np.float32(0.5847029)
    else:
        arrays = np.load(data / "speech_commands_mfcc_1200.npz")
        samples = arrays[next(k for k in arrays.files if arrays[k].ndim == 3 and arrays[k][0].size == np.prod(shape))]
    order = np.random.RandomState(seed).permutation(len(samples))
    samples, labels = samples[order].reshape(-1, *shape[1:]).astype(np.float32), arrays["y"][order]
    half = len(samples) // 2
    return samples[:half], labels[:half], samples[half:], labels[half:]


def answers(path, samples):
    model = Interpreter(str(path), num_threads=1)
    model.allocate_tensors()
    taken, given = model.get_output_details()[0], model.get_input_details()[0]
    found = []
    for sample in samples:
        model.set_tensor(given["index"], sample.reshape(given["shape"]))
        model.invoke()
        found.append(np.argmax(model.get_tensor(taken["index"])))
    return np.array(found)


def one(options, net, case, seed, folder):
    """Change of top-1, share of the float model's answers, bytes deflated, bytes and seconds; or the first error."""
    path, _, kind = bench_accuracy.PAIRS[net]
    model = options.zoo / "models" / f"{path}.tflite"
    interpreter = Interpreter(str(model))
    interpreter.allocate_tensors()
    train, known, test, labels = halves(options.zoo, interpreter.get_input_details()[0]["shape"], kind, seed)
    stem = "".join(c for c in f"{net}-{case}-{seed}" if c.isalnum() or c == "-")
    data, out = folder / f"{stem}.npz", folder / f"{stem}.tflite"
    np.savez(data, x=train, y=known)
    steps, with_labels = CASES[case]
    extra = ["--labels", f"{data}:y"] if with_labels else []
    more = [f"steps={options.steps}"] if options.steps else []
    more += options.more
    steps = [":".join([s, ",".join(more)] if ":" not in s else [",".join([s, *more])]) if s.startswith("finetune") and more
             else s for s in steps]
    start = time.perf_counter()
    ran = subprocess.run([options.optimize, "pipeline", str(model), *steps, "--rep-data", f"{data}:x", *extra,
                          "-o", str(out), "--force", "--allow-larger", "--quiet", "--threads", str(options.threads)],
                         capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if ran.returncode != 0:
        return None, ran.stderr.strip().splitlines()[:1]
    found, wanted = answers(out, test), answers(model, test)
    return (100 * (np.mean(found == labels) - np.mean(wanted == labels)), 100 * np.mean(found == wanted),
            len(zlib.compress(out.read_bytes(), 6)), out.stat().st_size, seconds)


def errors(options):
    """Prints the SQNR of both files and the quotient of their errors, and the geometric mean of the quotients."""
    ratios = []
    for name, (path, _, kind) in bench_accuracy.PAIRS.items():
        if options.pairs and name not in options.pairs:
            continue
        model = options.zoo / "models" / f"{path}.tflite"
        shape = tuple(Interpreter(str(model)).get_input_details()[0]["shape"])
        given, tested, _ = bench_accuracy.samples(options.zoo, shape, kind)
        wanted = bench_accuracy.run(model, tested, options.tested)
        with tempfile.TemporaryDirectory() as folder:
            data, found = pathlib.Path(folder) / "samples.npz", []
            np.savez(data, x=np.concatenate([sample.reshape(shape) for sample in given]) if shape[0] == 1
                     else np.stack(given))
            for step in ("quantize", "finetune"):
                out = pathlib.Path(folder) / f"{step}.tflite"
                more = ["--steps", str(options.steps)] if options.steps and step == "finetune" else []
                ran = subprocess.run([options.optimize, step, str(model), "--mode", "int8", "--rep-data", f"{data}:x", *more,
                                      "-o", str(out), "--force", "--quiet", "--allow-larger"],
                                     capture_output=True, text=True, check=False)
                if ran.returncode != 0:
                    print(f"{name:18} {ran.stderr.strip().splitlines()[:1]}", flush=True)
                    break
                outputs, _ = bench_accuracy.run(out, tested, options.tested)
                found.append(bench_accuracy.sqnr(outputs, wanted[0]))
        if len(found) == 2:
            ratios.append(10 ** ((found[0] - found[1]) / 20))
            print(f"{name:18} plain {found[0]:6.2f} dB, trained {found[1]:6.2f} dB, error {ratios[-1]:.3f}x", flush=True)
    if ratios:
        print(f"{len(ratios)} models: {np.exp(np.mean(np.log(ratios))):.3f}x in the geometric mean, at most {max(ratios):.3f}x")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, default=pathlib.Path("../shared/zoo"))
    parser.add_argument("--nets", nargs="*", default=NETS)
    parser.add_argument("--cases", nargs="*", default=list(CASES))
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--first", type=int, default=0, help="the number of the first draw")
    parser.add_argument("--steps", type=int, help="of training; by default the tool's own number")
    parser.add_argument("--more", nargs="*", default=[], help="options of finetune, like learning-rate=0.001")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--pairs", nargs="*", help="for --errors: only these")
    parser.add_argument("--tested", type=int, default=200, help="for --errors: the samples tested at most")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    if options.errors:
        return errors(options)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tasks = {(case, net, seed): pool.submit(one, options, net, case, seed, pathlib.Path(folder))
                 for case in options.cases for net in options.nets
                 for seed in range(options.first, options.first + options.draws)}
        for case in options.cases:
            means = []
            for net in options.nets:
                runs = [task.result() for (c, n, _), task in tasks.items() if (c, n) == (case, net)]
                found = np.array([run for run in runs if run[0] is not None])
                if len(found) == 0:
                    print(f"{case:24} {net:16} {runs[0][1]}", flush=True)
                    continue
                error = np.std(found[:, 0], ddof=1) / len(found) ** 0.5 if len(found) > 1 else float("nan")
                means.append(found.mean(axis=0))
                change, same, deflated, size, seconds = means[-1]
                print(f"{case:24} {net:16} {change:+6.2f} ± {error:.2f} points, {same:.2f} % as the float model, "
                      f"{deflated:.0f} B deflated, {size:.0f} B, {seconds:.0f} s, {len(found)} draws", flush=True)
            if means:
                change, same = np.mean(means, axis=0)[:2]
                error = np.std([mean[0] for mean in means], ddof=1) / len(means) ** 0.5 if len(means) > 1 else float("nan")
                print(f"{case:24} {'mean':16} {change:+6.2f} ± {error:.2f} points, {same:.2f} % as the float model, "
                      f"{len(means)} nets", flush=True)


if __name__ == "__main__":
    main()
