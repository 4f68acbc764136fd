"""Compares int4 weights of `quantize --mode dynamic` with litert-quantizer's: the error against the float model.

Both quantize the same model and run in LiteRT on the same inputs, which neither has seen: the zoo's data, or the
samples beside an exported model, or random values from -1 to 1. Without samples the peer's best of min-max, OCTAV and
MSE counts; with samples its best of these and GPTQ. Float16 weights behind DEQUANTIZE, which the peer leaves alone,
are made float32 for both. A line tells how many weights each of the two stored as int4: where the peer stored fewer
than nine tenths of ours as int4, or as int4 and int8 (it leaves LSTM float), the files are not the same work, and the
model stays out of the mean. It reports and never gates.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import bench_accuracy
import peer_static
from oracle import files, writer

MODELS = "models"
# name: (file, data); data of bench_accuracy, or "npz" for samples beside the model.
CASES = {name: (f"{MODELS}/{path}.tflite", kind) for name, (path, _, kind) in bench_accuracy.PAIRS.items()} | {
    "iris landmarks": (f"{MODELS}/mediapipe/iris_landmark.tflite", "photos 0..1"),
    "face landmarks": (f"{MODELS}/mediapipe/face_landmark.tflite", "photos 0..1"),
    "hand landmarks": (f"{MODELS}/mediapipe/hand_landmark_lite.tflite", "photos 0..1"),
    "palm detection": (f"{MODELS}/mediapipe/palm_detection_lite.tflite", "photos 0..1"),
    "pose detection": (f"{MODELS}/mediapipe/pose_detection.tflite", "photos -1..1"),
    "selfie": (f"{MODELS}/mediapipe/selfie_segmentation.tflite", "photos 0..1"),
    "blendshapes": (f"{MODELS}/mediapipe/face_landmarker__face_blendshapes.tflite", "random"),
    "DeepLab": (f"{MODELS}/vision_misc/deeplabv3_257_mv_gpu.tflite", "photos -1..1"),
    "Xception": (f"{MODELS}/vision_misc/fer_mini_xception_64_float.tflite", "photos 0..1"),
    "O-Net": (f"{MODELS}/vision_misc/mtcnn_onet.tflite", "photos -1..1"),
    "CREPE": (f"{MODELS}/audio/crepe_tiny_pitch_float.tflite", "random"),
    "DTLN 2": (f"{MODELS}/audio/dtln_model_2_f77ed651.tflite", "random"),
    "SoundStream": (f"{MODELS}/audio/lyra_soundstream_encoder_bc4916d0.tflite", "random"),
    "pacman v3": (f"{MODELS}/mltk/keyword_spotting_pacman_v3.float32.tflite", "random"),
    "rock paper": (f"{MODELS}/mltk/rock_paper_scissors.float32.tflite", "photos raw"),
    "plane strike": (f"{MODELS}/text_recsys/planestrike_tf.tflite", "random"),
    "Conformer": ("exports/t_conformer.tflite", "npz"),
    "GPT": ("exports/t_gpt.tflite", "npz"),
    "U-Net": ("exports/t_unet.tflite", "npz"),
    "two heads": ("exports/k_multi.tflite", "npz"),
    "recommender": ("exports/k_recsys.tflite", "npz"),
    "Keras LSTM": ("exports/k_lstm.tflite", "npz"),
}
# Of the tested a hundred are too few: a clip or two between two classes decide, since SOFTMAX makes much of little. Of
# DS-CNN-L's int4 files ours, made with samples, has an error of .095 on 100 clips and .060 on all 1000, litert-quantizer's
# best .082 and .086.
CALIBRATION, TESTED = 200, 1000
BLIND = ("min_max_uniform_quantize", "OCTAV", "MSE")
SEEING = ("GPTQ",)
RESOLVERS = {"default": OpResolverType.AUTO, "plain": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
             "reference": OpResolverType.BUILTIN_REF}
T = schema.TensorType


def as_float32(path, target):
    """A copy whose float16 constants are float32, without the DEQUANTIZE behind them."""
    tree = files.Model(path).tree
    for subgraph in tree.subgraphs:
        kept, data = [], files.Model(path)
        for operator in subgraph.operators:
            source = subgraph.tensors[int(operator.inputs[0])] if len(files.indices(operator.inputs)) else None
            half = data.data(source.buffer) if source is not None and source.type == T.FLOAT16 else None
            if half and data.kind(operator) == "DEQUANTIZE" and source.sparsity is None:
                result = subgraph.tensors[int(operator.outputs[0])]
                result.buffer = writer.buffer_with(tree, np.frombuffer(half, np.float16).astype(np.float32).tobytes())
            else:
                kept.append(operator)
        subgraph.operators = kept
    pathlib.Path(target).write_bytes(writer.packed(tree))
    return pathlib.Path(target)


def inputs(options, path, kind):
    """(calibration, tested): lists of lists of arrays, one for each input."""
    details = Interpreter(str(path)).get_input_details()
    if kind == "npz":
        arrays = np.load(path.with_suffix(".npz"))
        stacks = [arrays[name] for name in arrays.files]
        count = len(stacks[0])
        made = [[s[i].reshape(d["shape"]).astype(d["dtype"]) for s, d in zip(stacks, details)] for i in range(count)]
        stop = count * 2 // 3
        return made[:stop], made[stop:]
    if kind == "random" or len(details) > 1:
        random = np.random.default_rng(5)
        count = 64
        made = [[random.uniform(-1, 1, d["shape"]).astype(d["dtype"]) for d in details] for _ in range(count)]
        return made[:count // 2], made[count // 2:]
    given, tested, _ = bench_accuracy.samples(options.zoo, tuple(details[0]["shape"]), kind)
    large = np.prod(details[0]["shape"]) > 20000
    return [[s] for s in given[:48 if large else CALIBRATION]], [[s] for s in tested[:24 if large else options.tested]]


def results(path, samples, resolver):
    """For each output, an array with a row for each sample."""
    model = Interpreter(str(path), num_threads=2, experimental_op_resolver_type=RESOLVERS[resolver])
    model.allocate_tensors()
    taken, found = model.get_output_details(), []
    for sample in samples:
        for detail, values in zip(model.get_input_details(), sample):
            model.set_tensor(detail["index"], values)
        model.invoke()
        found.append([model.get_tensor(d["index"]).astype(np.float64).ravel() for d in taken])
        model.reset_all_variables()
    return [np.array([row[i] for row in found]) for i in range(len(taken))]


def error(found, wanted):
    """Relative L2 error, averaged over outputs."""
    shares = [np.linalg.norm(f - w) / np.linalg.norm(w) for f, w in zip(found, wanted) if np.linalg.norm(w) > 0]
    return float(np.mean(shares)) if shares else 0.0


def elements(path):
    """(of int4 constants, of int4 and int8 constants)."""
    model = files.Model(path)
    counts = [(t.type, math.prod(files.indices(t.shape))) for s in model.tree.subgraphs for t in s.tensors
              if t.type in (T.INT4, T.INT8) and model.data(t.buffer)]
    return sum(n for t, n in counts if t == T.INT4), sum(n for _, n in counts)


def peer(path, samples, algorithm, target):
    """`target` with the peer's int4 file by an algorithm; others get min-max where an operator lacks it."""
    from litert_quantizer import quantizer, recipe
    source, signature = peer_static.source(path, target)
    work = quantizer.Quantizer(str(source), recipe.dynamic_wi4c_afp32())
    if algorithm == "GPTQ":
        work.add_dynamic_config(".*", "FULLY_CONNECTED", 4, algorithm_key=algorithm)
    elif algorithm == "MSE":
        for name in ("FULLY_CONNECTED", "CONV_2D", "EMBEDDING_LOOKUP"):
            work.add_dynamic_config(".*", name, 4, algorithm_key=algorithm)
    elif algorithm != BLIND[0]:
        work.load_quantization_recipe(recipe.dynamic_wi4c_afp32(algorithm_key=algorithm))
    result = None
    if work.need_calibration or algorithm == "GPTQ":
        names = [m.name.decode() for m in signature.inputs]
        order = {int(m.tensorIndex): n for m, n in zip(signature.inputs, names)}
        places = [d["index"] for d in Interpreter(str(path)).get_input_details()]
        given = [{order[place]: values for place, values in zip(places, sample)} for sample in samples]
        result = work.calibrate({signature.signatureKey.decode(): given})
    work.quantize(result).export_model(str(target), overwrite=True)
    return target


def ours(options, path, target, folder=None):
    command = [options.optimize, "quantize", str(path), "--mode", "dynamic", "--weights", "int4", "-o", str(target),
               "--force", "--quiet", "--allow-larger", *options.extra]
    command += ["--rep-data", str(folder)] if folder else []
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}: {done.stderr[-300:]}")
    return target


def judge(options, name):
    place, kind = CASES[name]
    path = (options.zoo if place.startswith(MODELS) else options.cases) / place
    line = {"model": name, "data": kind}
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        given, tested = inputs(options, path, kind)
        path = as_float32(path, work / "float.tflite")
        folder = work / "samples"
        for number, sample in enumerate(given):
            own = folder / f"{number:04}"
            own.mkdir(parents=True)
            for place, values in enumerate(sample):
                np.save(own / f"{place}.npy", values)
        wanted = results(path, tested, options.resolver)

        def measured(key, make):
            try:
                target = make(work / f"{key}.tflite")
                line[key] = error(results(target, tested, options.resolver), wanted)
                line["elements " + key] = elements(target)
            except Exception as reason:  # whatever either raises is its answer
                line["failed " + key] = f"{type(reason).__name__}: {str(reason)[:200]}"

        measured("blind", lambda target: ours(options, path, target))
        measured("seeing", lambda target: ours(options, path, target, folder))
        for algorithm in () if options.only_ours else BLIND + SEEING:
            measured(algorithm, lambda target: peer(path, given, algorithm, target))
    return line


def best(line, algorithms):
    """(error, name) of the peer's best."""
    return min(((line[a], a) for a in algorithms if a in line), default=(None, ""))


def is_same_work(line):
    peers, own = (line.get("elements " + key, (0, 0)) for key in (BLIND[0], "blind"))
    return all(p >= 0.9 * o > 0 for p, o in zip(peers, own))


def show(line):
    cells = [f"{line['model']:18}{line['data']:13}"]
    for key, algorithms in (("blind", BLIND), ("seeing", BLIND + SEEING)):
        peers, which = best(line, algorithms)
        own = line.get(key)
        cells.append(f"{own:9.4f}" if own is not None else "   failed")
        cells.append(f"{peers:9.4f}" if peers is not None else "   failed")
        cells.append(f"{own / peers:7.2f}" if own is not None and peers else " " * 7)
        cells.append(f" {which[:7]:8}")
    own, peers = (line.get("elements " + k, (0, 0))[0] for k in ("blind", BLIND[0]))
    cells.append(f"{own:10}{peers:10}{'' if is_same_work(line) else '  not the same work'}")
    print("".join(cells), flush=True)
    for key in line:
        if key.startswith("failed"):
            print(f"    {key}: {line[key]}")


def summary(lines):
    for key, algorithms, goal in (("blind", BLIND, 0.9), ("seeing", BLIND + SEEING, 0.6)):
        ratios = {l["model"]: l[key] / best(l, algorithms)[0] for l in lines
                  if key in l and best(l, algorithms)[0] and is_same_work(l)}
        if not ratios:
            continue
        mean = math.exp(sum(math.log(max(r, 1e-9)) for r in ratios.values()) / len(ratios))
        above = ", ".join(f"{n} {r:.2f}" for n, r in ratios.items() if r > 1) or "none"
        words = "with samples" if key == "seeing" else "without samples"
        print(f"{words}: {mean:.3f} of the peer's best error in the geometric mean of {len(ratios)} models "
              f"(goal {goal}); above its best: {above}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, required=True)
    parser.add_argument("--cases", type=pathlib.Path, help="the folder with `exports`; beside the zoo by default")
    parser.add_argument("--only", default="", help="parts of models' names, separated by commas")
    parser.add_argument("--resolver", default="default", choices=RESOLVERS)
    parser.add_argument("--tested", type=int, default=TESTED, help="the most samples that small models are tested on")
    parser.add_argument("--only-ours", action="store_true")
    parser.add_argument("--known", type=pathlib.Path, help="takes the peer's figures from a file of --json")
    parser.add_argument("--json", type=pathlib.Path, help="writes all lines")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("extra", nargs="*", help="further options of `quantize`, after --")
    options = parser.parse_args()
    options.cases = options.cases or options.zoo.parent / "cases"
    if options.one:
        return print(json.dumps(judge(options, options.one)))
    known = {l["model"]: l for l in json.loads(options.known.read_text())} if options.known else {}
    options.only_ours |= bool(known)
    print(f"{'model':18}{'data':13}{'without':>9}{'peer':>9}{'ratio':>7} {'':8}{'with':>9}{'peer':>9}{'ratio':>7} {'':8}"
          f"{'int4':>10}{'peer':>10}")
    lines = []
    for name in CASES:
        parts = options.only.lower().split(",")
        if not any(part in name.lower() for part in parts):
            continue
        # A process each: a runtime that aborts ends only one model.
        command = [sys.executable, __file__, "--one", name, "--optimize", options.optimize, "--zoo", options.zoo,
                   "--cases", options.cases, "--resolver", options.resolver, "--tested", options.tested,
                   *(["--only-ours"] if options.only_ours else []), "--", *options.extra]
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
        try:
            line = json.loads(done.stdout.splitlines()[-1])
        except (IndexError, ValueError):
            line = {"model": name, "data": CASES[name][1], "failed run": f"exit {done.returncode}: {done.stderr[-300:]}"}
        peers = known.get(name, {})
        line |= {k: v for k, v in peers.items() if k not in line and k.split(" ")[-1] in BLIND + SEEING}
        show(line)
        lines.append(line)
    summary(lines)
    if options.json:
        options.json.write_text(json.dumps(lines, indent=1))


if __name__ == "__main__":
    main()
