#!/usr/bin/env python3
"""Prunes the zoo's models with samples and without, and prints how much nearer the outputs stay with samples.

For each model: relative L2 of the worst output on samples that pruning never saw, plain magnitude's and ours, at 50 %,
70 % and 2:4; their ratio; seconds; what int8 adds to the error of 50 % and 70 %; and of models from 500 kB on the
download of both against plain int8 (whole files, zlib level 6). The last lines have the geometric means,
which one model whose outputs saturate can carry, and the medians. Photos are cut at seeded places; those to
judge by come from other photos than those to prune with.
"""
import argparse
import json
import math
import pathlib
import subprocess
import tempfile
import time
import zlib

import numpy as np

from oracle import samples

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES = {"50 %": ["--sparsity", "0.5"], "70 %": ["--sparsity", "0.7"], "2:4": ["--pattern", "2:4"]}
LIMITS = {"50 %": 0.75, "70 %": 0.55}  # download against plain int8
LEAST = 500_000  # bytes of a model whose download counts
SATURATED = 1e-4  # outputs that pruning does not move at all tell nothing of what int8 adds to it
KWS, IMAGENET = "models/kws_mcu/", "models/imagenet_float/"
MODELS = {
    KWS + "kws_mcu_cnn_s_float.tflite": ("kws", 49), KWS + "kws_mcu_dnn_s_float.tflite": ("kws", 25),
    KWS + "kws_mcu_ds_cnn_l_float.tflite": ("kws", 49), KWS + "kws_mcu_ds_cnn_s_float.tflite": ("kws", 49),
    "models/mlperf_tiny/mlperf_tiny_kws_dscnn_float.tflite": ("mlperf", 0),
    "models/mlperf_tiny/mlperf_tiny_streaming_wakeword_float.tflite": ("wakeword", 0),
    "models/vision_misc/conv_fc_mnist.tflite": ("mnist", 0),
    IMAGENET + "mobilenet_v1_0.75_224_float.tflite": ("photos", (224, -1, 1)),
    IMAGENET + "mobilenet_v1_0.25_224_1_metadata_1.tflite": ("photos", (224, -1, 1)),
    IMAGENET + "dog_breed_mobilenetv2_160_float.tflite": ("photos", (160, 0, 1)),
    "models/mlperf_tiny/vww_96_float.tflite": ("photos", (96, 0, 1)),
    "models/mlperf_tiny/trainedResnet_6blk_750k_float_e4c3875f.tflite": ("photos", (32, 0, 255)),
    "models/mediapipe/iris_landmark.tflite": ("photos", (64, 0, 1)),
    "models/mediapipe/face_landmark.tflite": ("photos", (192, 0, 1)),
}


def photos(zoo, size, low, high):
    """64 cuts of the first photos, 32 of the last."""
    images = [samples._bmp(p) for p in sorted((zoo / "data/images_coral").glob("*.bmp"))]
    images = [i for i in images if i is not None]
    random, found = np.random.default_rng(7), []
    split = len(images) * 2 // 3
    for group, count in ((images[:split], 64), (images[split:], 32)):
        cuts = []
        for number in range(count):
            image = group[number % len(group)]
            side = int(min(image.shape[:2]) * random.uniform(0.4, 1))
            top, left = (random.integers(0, n - side + 1) for n in image.shape[:2])
            pick = ((np.arange(size) + 0.5) * side / size).astype(int)
            cut = image[top:top + side, left:left + side][pick][:, pick]
            cuts.append(cut[:, ::-1] if number // len(group) % 2 else cut)
        found.append((np.stack(cuts) / 255 * (high - low) + low).astype(np.float32))
    return found


def arrays(zoo, kind, detail):
    data = zoo / "data"
    if kind == "photos":
        return photos(zoo, *detail)
    if kind == "mlperf":
        x = ((np.load(data / "mlperf_kws01_500.npz")["x"].astype(np.float32) - 83) * np.float32(0.5847029891967773))
        x = x.reshape(-1, 49, 10, 1)
    elif kind == "kws":
        stored = np.load(data / "speech_commands_mfcc_1200.npz")
        x = next(stored[k] for k in stored.files if stored[k].ndim == 3 and stored[k].shape[1] == detail)
    elif kind == "wakeword":
        stored = np.load(data / "streaming_wakeword_45.npz")
        x = next(stored[k] for k in stored.files if stored[k].ndim >= 3)
    else:
        x = np.load(data / "mnist_5k.npz")["x"].reshape(-1, 28, 28, 1) / 255
    x = x[np.random.default_rng(3).permutation(len(x))].astype(np.float32)
    count = 256 if len(x) >= 1000 else 64 if len(x) >= 128 else len(x) * 2 // 3
    return x[:count], x[count:count + 128]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--zoo", default=str(ROOT.parent / "shared/zoo"))
    parser.add_argument("--only", default="")
    parser.add_argument("--cases", default="")
    options = parser.parse_args()
    zoo, ratios, added, downloads = pathlib.Path(options.zoo), {}, {}, {}

    def call(*command):
        done = subprocess.run([options.optimize, *map(str, command)], capture_output=True, text=True)
        if done.returncode not in (0, 3):
            print(done.stderr.strip())
        return done

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name, (kind, detail) in MODELS.items():
            if options.only not in name:
                continue
            fit, held = arrays(zoo, kind, detail)
            np.save(folder / "fit.npy", fit)
            np.save(folder / "held.npy", held)

            def error(path):
                report = call("compare", zoo / name, path, "--rep-data", folder / "held.npy", "--json", "--quiet").stdout
                return max(o["relativeL2"] for o in json.loads(report)["quality"]["outputs"])

            def int8(path):
                done = call("quantize", path, "--mode", "int8", "--rep-data", folder / "fit.npy", "-o",
                            folder / "int8.tflite", "--force")
                return None if done.returncode else error(folder / "int8.tflite")

            def download():
                return len(zlib.compress((folder / "int8.tflite").read_bytes(), 6))

            alone = plain_download = None
            for case, wanted in CASES.items():
                if options.cases and case not in options.cases.split(","):
                    continue
                start = time.monotonic()
                plain = call("prune", zoo / name, *wanted, "-o", folder / "plain.tflite", "--force")
                middle = time.monotonic()
                ours = call("prune", zoo / name, *wanted, "--rep-data", folder / "fit.npy", "-o", folder / "ours.tflite",
                            "--force")
                end = time.monotonic()
                if plain.returncode or ours.returncode:
                    print(f"{pathlib.Path(name).stem[:34]:34} {case}: exit {plain.returncode}, {ours.returncode}")
                    continue
                a, b = error(folder / "plain.tflite"), error(folder / "ours.tflite")
                ratios.setdefault(case, []).append(a / b)
                scope = "global" if "all together" in ours.stderr else "layer"
                print(f"{pathlib.Path(name).stem[:34]:34} {case:5} magnitude {a:8.4f}  ours {b:8.4f}  ratio {a / b:6.2f}  "
                      f"{scope:6} {end - middle:5.1f} s (without samples {middle - start:.2f} s)", flush=True)
                if case not in LIMITS:
                    continue
                if plain_download is None:
                    alone = int8(zoo / name)
                    plain_download = download() if alone is not None else 0
                both = int8(folder / "ours.tflite")
                if alone is None or both is None:
                    continue
                line = f"{pathlib.Path(name).stem[:34]:34} int8 on top {both:8.4f}"
                if b > SATURATED:
                    added.setdefault(case, []).append(both / b)
                    line += f"  adds {100 * (both / b - 1):6.1f} %"
                if (zoo / name).stat().st_size >= LEAST:
                    share = download() / plain_download
                    downloads.setdefault(case, []).append(share)
                    line += f"  download {share:.3f} of plain int8's"
                print(f"{line}  (int8 alone {alone:8.4f})", flush=True)
    for case, found in ratios.items():
        print(f"geometric mean {case}: {math.exp(sum(map(math.log, found)) / len(found)):.2f}, "
              f"median {sorted(found)[len(found) // 2]:.2f} over {len(found)} models")
    for case, found in added.items():
        mean = math.exp(sum(map(math.log, found)) / len(found))
        print(f"geometric mean of int8 on top of {case}: adds {100 * (mean - 1):.1f} %, "
              f"median {100 * (sorted(found)[len(found) // 2] - 1):.1f} % over {len(found)} models")
    for case, found in downloads.items():
        print(f"download of {case} and int8 against plain int8: geometric mean "
              f"{math.exp(sum(map(math.log, found)) / len(found)):.3f}, worst {max(found):.3f}, limit {LIMITS[case]} over "
              f"{len(found)} models")


if __name__ == "__main__":
    main()
