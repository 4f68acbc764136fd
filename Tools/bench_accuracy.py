"""Judges `quantize --mode int8|int16x8` by its users' measure: labels and distance to the float model.

Each pair of the zoo is quantized with default options on calibration samples; our file, the official
converter's and (with --peer) litert-quantizer's then run in LiteRT on other samples. One line a file:
top-1 where there are labels, agreement with the float model's answer, and SQNR in dB of the outputs
and of what the last SOFTMAX reads; for our int16x8, how its error compares with that of the same int8
weights under float activations. It reports and never gates.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import peer_static
from oracle import float_weights

# name: (float model, {mode: official file}, data)
PAIRS = {
    "DS-CNN-S": ("ref_tf_converter_2.21/kws_mcu_ds_cnn_s_float",
                 {"int8": "ref_tf_converter_2.21/kws_mcu_ds_cnn_s_int8",
                  "int16x8": "ref_tf_converter_2.21/kws_mcu_ds_cnn_s_int16x8"}, "speech49"),
    "DS-CNN-L": ("ref_tf_converter_2.21/kws_mcu_ds_cnn_l_float",
                 {"int8": "ref_tf_converter_2.21/kws_mcu_ds_cnn_l_int8",
                  "int16x8": "ref_tf_converter_2.21/kws_mcu_ds_cnn_l_int16x8"}, "speech49"),
    "CNN-S": ("kws_mcu/kws_mcu_cnn_s_float",
              {"int8": "kws_mcu/arm_int8_kws_cnn_s_quantized_6475073e"}, "speech"),
    "DNN-S": ("kws_mcu/kws_mcu_dnn_s_float",
              {"int8": "kws_mcu/arm_int8_kws_dnn_s_quantized_b505f53f"}, "speech"),
    "LSTM-S (WHILE)": ("kws_mcu/kws_mcu_basic_lstm_s_float_while",
                       {"int8": "kws_mcu/arm_int8_kws_basic_lstm_quantized_small_51ecf2a3"}, "speech"),
    "LSTM-S (fused)": ("kws_mcu/kws_mcu_basic_lstm_s_float_fused", {}, "speech"),
    "GRU-S (WHILE)": ("kws_mcu/kws_mcu_gru_s_float_while", {}, "speech"),
    "CRNN-S": ("kws_mcu/kws_mcu_crnn_s_float_unrolled", {}, "speech"),
    "MLPerf KWS": ("ref_tf_converter_2.21/mlperf_tiny_kws_dscnn_float",
                   {"int8": "ref_tf_converter_2.21/mlperf_tiny_kws_dscnn_int8",
                    "int16x8": "ref_tf_converter_2.21/mlperf_tiny_kws_dscnn_int16x8"}, "kws01"),
    "MNIST CNN": ("vision_misc/conv_fc_mnist", {"int8": "vision_misc/conv_fc_mnist_srq_a8w8"}, "mnist"),
    "MNIST LSTM": ("rnn_control_flow/tflm_mnist_lstm_float",
                   {"int8": "rnn_control_flow/tflm_mnist_lstm_int8"}, "mnist"),
    "wake word": ("mlperf_tiny/mlperf_tiny_streaming_wakeword_float",
                  {"int8": "mlperf_tiny/strm_ww_int8_6e4a39e5"}, "wakeword"),
    "ResNet8": ("ref_tf_converter_2.21/mlperf_tiny_resnet8_float",
                {"int8": "ref_tf_converter_2.21/mlperf_tiny_resnet8_int8",
                 "int16x8": "ref_tf_converter_2.21/mlperf_tiny_resnet8_int16x8"}, "photos raw"),
    "ResNet 6 blocks": ("mlperf_tiny/trainedResnet_6blk_750k_float_e4c3875f",
                        {"int8": "mlperf_tiny/trainedResnet_6blk_750k_int8_603bcc91"}, "photos raw"),
    "VWW 96": ("ref_tf_converter_2.21/mlperf_tiny_vww_96_float",
               {"int8": "ref_tf_converter_2.21/mlperf_tiny_vww_96_int8",
                "int16x8": "ref_tf_converter_2.21/mlperf_tiny_vww_96_int16x8"}, "photos 0..1"),
    "VWW 20 blocks": ("mlperf_tiny/vww_96_20blk_791k_float_17cf6663",
                      {"int8": "mlperf_tiny/vww_96_20blk_791k_int8_6fae8d90"}, "photos 0..1"),
    "autoencoder": ("ref_tf_converter_2.21/mlperf_tiny_ad01_float",
                    {"int8": "ref_tf_converter_2.21/mlperf_tiny_ad01_int8",
                     "int16x8": "ref_tf_converter_2.21/mlperf_tiny_ad01_int16x8"}, "random"),
    "MobileNetV1 0.75": ("imagenet_float/mobilenet_v1_0.75_224_float",
                         {"int8": "ref_tf_converter_2.21/mobilenet_v1_0.75_224_int8",
                          "int16x8": "ref_tf_converter_2.21/mobilenet_v1_0.75_224_int16x8"}, "photos -1..1"),
    "MobileNetV1 0.25": ("imagenet_float/mobilenet_v1_0.25_224_1_metadata_1", {}, "photos -1..1"),
    "MobileNetV2": ("imagenet_float/dog_breed_mobilenetv2_160_float", {}, "photos 0..1"),
}
CALIBRATION, TESTED, SEED = 200, 1000, 7


def crops(path, shape, kind, scales):
    """Square crops of a photo, of shares of its shorter side, as arrays of the input's shape."""
    from PIL import Image
    image = Image.open(path).convert("RGB")
    for scale in scales:
        cut = int(min(image.size) * scale)
        for place in (0, 0.5, 1):
            left, top = int((image.width - cut) * place), int((image.height - cut) * place)
            crop = image.crop((left, top, left + cut, top + cut)).resize((shape[2], shape[1]), Image.BILINEAR)
            values = np.asarray(crop, np.float32)
            if shape[3] == 1:
                values = values.mean(axis=2, keepdims=True)
            values = {"photos raw": values, "photos 0..1": values / 255,
                      "photos -1..1": (values - 127.5) / 127.5}[kind]
            yield values.reshape(shape).astype(np.float32)


def photos(zoo, shape, kind):
    """Square crops of the zoo's photos, the calibration's from other photos than the test's."""
    files = sorted(p for f in ("images_coral", "images_tflite_support") for p in (zoo / "data" / f).iterdir()
                   if p.suffix in (".bmp", ".jpg", ".png") and "segmentation" not in p.name
                   and "rotation" not in p.name)
    groups = ([], [])
    for number, path in enumerate(files):
        groups[number % 2].extend(crops(path, shape, kind, (1, 0.75)))
    return groups[0], groups[1], None


def split(samples, labels, shape):
    order = np.random.default_rng(SEED).permutation(len(samples))
    samples = [samples[i].reshape(shape).astype(np.float32) for i in order]
    labels = None if labels is None else np.asarray(labels)[order]
    count = min(CALIBRATION, len(samples) // 3)
    stop = count + TESTED
    return samples[:count], samples[count:stop], None if labels is None else labels[count:stop]


def samples(zoo, shape, kind):
    """(calibration, tested, labels of the tested or None), lists of arrays of the input's shape."""
    data = zoo / "data"
    if kind.startswith("photos"):
        return photos(zoo, shape, kind)
    if kind.startswith("speech"):
        arrays = np.load(data / "speech_commands_mfcc_1200.npz")
        key = next(k for k in arrays.files if arrays[k].ndim == 3 and arrays[k][0].size == np.prod(shape))
        return split(arrays[key], arrays["y"], shape)
    if kind == "kws01":
        arrays = np.load(data / "mlperf_kws01_500.npz")
        return split((arrays["x"].astype(np.float32) - 83) * np.float32(0.5847029), arrays["y"], shape)
    if kind == "mnist":
        arrays = np.load(data / "mnist_5k.npz")
        return split(arrays["x"] / np.float32(255), arrays["y"], shape)
    if kind == "wakeword":
        arrays = np.load(data / "streaming_wakeword_45.npz")
        return split(arrays[arrays.files[0]], None, shape)
    return split(np.random.default_rng(3).normal(0, 1, [600, *shape]), None, shape)


def run(path, given, limit=None):
    """(outputs, values before the last SOFTMAX or None), dequantized, a row a sample."""
    model = Interpreter(str(path), num_threads=2, experimental_preserve_all_tensors=True,
                        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    model.allocate_tensors()
    taken, given_to = model.get_output_details(), model.get_input_details()[0]
    details = {d["index"]: d for d in model.get_tensor_details()}
    operators = [o for o in model._get_ops_details() if o["op_name"] == "SOFTMAX"]
    reads = details[operators[-1]["inputs"][0]] if operators else None

    def value(detail):
        array = model.get_tensor(detail["index"]).astype(np.float64)
        scale, zero = detail["quantization"]
        return ((array - zero) * scale if scale else array).ravel()

    outputs, before = [], []
    for sample in given[:limit]:
        scale, zero = given_to["quantization"]
        if given_to["dtype"] != np.float32:
            limits = np.iinfo(given_to["dtype"])
            sample = np.clip(np.round(sample / scale) + zero, limits.min, limits.max)
        model.set_tensor(given_to["index"], sample.astype(given_to["dtype"]))
        model.invoke()
        outputs.append(np.concatenate([value(d) for d in taken]))
        if reads is not None:
            before.append(value(reads))
        model.reset_all_variables()
    return np.array(outputs), np.array(before) if before else None


def sqnr(found, wanted):
    if found is None or wanted is None or found.shape != wanted.shape:
        return None
    return float(10 * np.log10(((wanted - wanted.mean()) ** 2).sum() / max(((found - wanted) ** 2).sum(), 1e-30)))


def score(path, given, labels, wanted):
    outputs, before = run(path, given)
    made = {"sqnr": sqnr(outputs, wanted[0]), "sqnrBeforeSoftmax": sqnr(before, wanted[1]),
            "agreement": float((outputs.argmax(1) == wanted[0].argmax(1)).mean())}
    if labels is not None:
        made["top1"] = float((outputs.argmax(1) == labels).mean())
    return made


def before_softmax(found):
    """dB of a score, of what the last SOFTMAX reads, or else of the outputs."""
    return found["sqnr"] if found["sqnrBeforeSoftmax"] is None else found["sqnrBeforeSoftmax"]


def folder_of(samples, work):
    folder = work / "samples"
    folder.mkdir()
    for number, sample in enumerate(samples):
        np.save(folder / f"{number:04}.npy", sample)
    return folder


def error(found, wanted):
    return float(np.linalg.norm(found - wanted) / max(np.linalg.norm(wanted), 1e-30))


def ours(options, path, mode, folder, target, *more, command="quantize"):
    command = [options.optimize, command, str(path), "--mode", mode, "--rep-data", str(folder), "-o",
               str(target), "--force", "--quiet", "--allow-larger", *more, *options.extra]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}: {done.stderr}")
    return time.perf_counter() - start


def show(name, mode, who, found):
    cells = [f"{found[k]:8.3f}" if found.get(k) is not None else " " * 8
             for k in ("top1", "agreement", "sqnr", "sqnrBeforeSoftmax", "seconds", "ofFloatActivations")]
    print(f"{name:18}{mode:9}{who:10}{''.join(cells)}", flush=True)


def judge(options, name, lines):
    path, references, kind = PAIRS[name]
    models = options.zoo / "models"
    path = models / f"{path}.tflite"
    detail = Interpreter(str(path)).get_input_details()[0]
    given, tested, labels = samples(options.zoo, tuple(detail["shape"]), kind)
    wanted = run(path, tested)
    line = {"agreement": 1.0}
    if labels is not None:
        line["top1"] = float((wanted[0].argmax(1) == labels).mean())
    show(name, "float", f"n={len(tested)}", line)
    with tempfile.TemporaryDirectory() as work:
        folder = folder_of(given, pathlib.Path(work))
        for mode in options.modes.split(","):
            files = {"official": models / f"{references[mode]}.tflite"} if mode in references and not options.only_ours else {}
            files["ours"] = pathlib.Path(work) / f"{mode}.tflite"
            seconds = ours(options, path, mode, folder, files["ours"])
            if options.peer and mode in peer_static.RECIPES:
                made = peer_static.quantize(path, given, mode, pathlib.Path(work) / f"peer.{mode}.tflite")
                if made:
                    files["peer"] = made
            for who, file in files.items():
                try:
                    found = score(file, tested, labels, wanted)
                except (RuntimeError, ValueError) as reason:
                    print(f"{name:18}{mode:9}{who:10}does not run: {str(reason)[:80]}")
                    continue
                if who == "ours":
                    found["seconds"] = seconds
                    if mode == "int16x8":
                        plain = pathlib.Path(work) / "weights.tflite"
                        plain.write_bytes(float_weights.made(path, file)[0])
                        found["ofFloatActivations"] = (
                            error(run(file, tested)[0], wanted[0]) / max(error(run(plain, tested)[0], wanted[0]), 1e-9))
                show(name, mode, who, found)
                lines.append({"model": name, "mode": mode, "who": who, **found})


def main():
    global SEED
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="", help="a part of the pair's name")
    parser.add_argument("--modes", default="int8,int16x8")
    parser.add_argument("--peer", action="store_true", help="judges litert-quantizer too")
    parser.add_argument("--json", help="writes all lines")
    parser.add_argument("extra", nargs="*", help="further options of `quantize`, after --")
    parser.add_argument("--seed", type=int, default=SEED, help="which samples calibrate")
    parser.add_argument("--only-ours", action="store_true", help="judges our files alone")
    options = parser.parse_args()
    SEED = options.seed
    lines = []
    print(f"{'model':18}{'mode':9}{'whose':10}{'top-1':>8}{'agree':>8}{'SQNR':>8}{'logits':>8}{'s':>8}{'of w':>8}")
    for name in PAIRS:
        if options.only.lower() in name.lower():
            judge(options, name, lines)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(lines, indent=1))


if __name__ == "__main__":
    main()
