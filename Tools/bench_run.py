"""Times `optimize bench` against LiteRT (XNNPACK), interleaved in one run; prints medians and ratios.

One JSON line a model, then the geometric mean. It reports and never gates.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

MODELS = {
    "MobileNetV1": "imagenet_float/mobilenet_v1_0.75_224_float.tflite",
    "MobileNetV2": "imagenet_float/dog_breed_mobilenetv2_160_float.tflite",
    "face landmarks": "mediapipe/face_landmark.tflite",
    "ResNet": "mlperf_tiny/trainedResnet_6blk_750k_float_e4c3875f.tflite",
    "DS-CNN": "kws_mcu/kws_mcu_ds_cnn_l_float.tflite",
    "LSTM": "audio/dtln_model_2_f77ed651.tflite",
    "pitch (audio)": "audio/crepe_tiny_pitch_float.tflite",
}


class LiteRT:
    """The official runtime with its default delegate."""

    def __init__(self, path, threads):
        self.interpreter = Interpreter(str(path), num_threads=threads)
        self.interpreter.allocate_tensors()
        random = np.random.default_rng(1)
        for detail in self.interpreter.get_input_details():
            value = random.uniform(-1, 1, detail["shape"])
            if np.dtype(detail["dtype"]).kind in "iub":
                value = np.zeros(detail["shape"])
            self.interpreter.set_tensor(detail["index"], value.astype(detail["dtype"]))
        self.interpreter.invoke()

    def median(self, runs):
        times = []
        for _ in range(runs):
            start = time.perf_counter()
            self.interpreter.invoke()
            times.append(time.perf_counter() - start)
        return statistics.median(times)


def ours(optimize, path, threads, runs):
    done = subprocess.run([optimize, "bench", str(path), "--threads", str(threads), "--runs", str(runs), "--json"],
                          capture_output=True, check=True)
    return json.loads(done.stdout)


def measure(optimize, path, rounds, budget):
    """Seconds by (who, threads), medians of interleaved rounds."""
    peers = {threads: LiteRT(path, threads) for threads in (1, 2)}
    once = peers[1].median(3)
    runs = max(5, min(2000, int(budget / max(once, 1e-6))))
    found, start = {}, []
    for _ in range(rounds):
        for threads, peer in peers.items():
            found.setdefault(("litert", threads), []).append(peer.median(runs))
            result = ours(optimize, path, threads, runs)
            found.setdefault(("optimize", threads), []).append(result["medianSeconds"])
            start.append(result["firstResultSeconds"])
    return {key: statistics.median(values) for key, values in found.items()}, statistics.median(start)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", required=True, help="the folder with zoo.json")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.5, help="of each measurement")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    ratios, scalings = [], []
    for name, relative in MODELS.items():
        path = pathlib.Path(options.zoo) / "models" / relative
        if options.only not in str(path):
            continue
        times, first = measure(options.optimize, path, options.rounds, options.seconds)
        ratio = [times["optimize", t] / times["litert", t] for t in (1, 2)]
        scaling = {who: times[who, 1] / times[who, 2] for who in ("optimize", "litert")}
        ratios.append(ratio[0])
        scalings.append(scaling["optimize"] / scaling["litert"])
        print(json.dumps({
            "model": name, "ms": round(times["optimize", 1] * 1e3, 4), "litertMs": round(times["litert", 1] * 1e3, 4),
            "ratio": round(ratio[0], 3), "ratio2Threads": round(ratio[1], 3),
            "scaling": round(scaling["optimize"], 2), "litertScaling": round(scaling["litert"], 2),
            "firstResultMs": round(first * 1e3, 1)}), flush=True)
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    print(json.dumps({"geometricMeanRatio": round(mean, 3), "worst": round(max(ratios), 3),
                      "leastRelativeScaling": round(min(scalings), 3)}))


if __name__ == "__main__":
    main()
