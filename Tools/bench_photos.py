"""Judges int8 files and int8 files with int4 weights of MobileNets on photos that neither calibration nor training saw.

Three square crops of each photo of a folder: those of every second photo calibrate, the others judge. No labels: a
file's answer is compared with its float model's (agreement), and what SOFTMAX reads with the float model's (SQNR in
dB). A line a file; with --finetune also files that were trained on the same crops. It reports and never gates.
"""

import argparse
import pathlib
import tempfile

from ai_edge_litert.interpreter import Interpreter

import bench_accuracy

# Of bench_accuracy.PAIRS.
NETS = ("MobileNetV1 0.25", "MobileNetV1 0.75", "MobileNetV2")
FORMS = {"int8": [], "int8, int4 weights": ["--weights", "int4"]}


def halves(folder, shape, kind):
    """(calibration, judged) arrays of the input's shape."""
    groups = ([], [])
    photos = sorted(p for p in folder.iterdir() if p.suffix in (".jpg", ".jpeg", ".png"))
    for number, path in enumerate(photos):
        groups[number % 2].extend(bench_accuracy.crops(path, shape, kind, (1,)))
    return groups


def judge(options, name):
    path, official, kind = bench_accuracy.PAIRS[name]
    path = options.zoo / "models" / f"{path}.tflite"
    shape = tuple(Interpreter(str(path)).get_input_details()[0]["shape"])
    given, tested = halves(options.photos, shape, kind)
    wanted = bench_accuracy.run(path, tested)

    def show(form, file, seconds=None):
        found = bench_accuracy.score(file, tested, None, wanted)
        time_taken = "" if seconds is None else f"{seconds:8.1f} s"
        print(f"{name:18}{form:32}{found['agreement'] * 100:8.1f} %{bench_accuracy.before_softmax(found):8.2f} dB"
              f"{file.stat().st_size:10}{time_taken}", flush=True)

    if "int8" in official:
        show("official int8", options.zoo / "models" / f"{official['int8']}.tflite")
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        samples = bench_accuracy.folder_of(given, work)
        for form, chosen in FORMS.items():
            if options.form not in form:
                continue
            for command in ("quantize", "finetune") if options.finetune else ("quantize",):
                target = work / "made.tflite"
                seconds = bench_accuracy.ours(options, path, "int8", samples, target, *chosen, command=command)
                show(form + (", trained" if command == "finetune" else ""), target, seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, required=True)
    parser.add_argument("--photos", type=pathlib.Path, help="a folder of photos; the zoo's COCO photos by default")
    parser.add_argument("--only", default="", help="a part of the nets' names")
    parser.add_argument("--form", default="", help="a part of the forms' names")
    parser.add_argument("--finetune", action="store_true")
    parser.add_argument("extra", nargs="*", help="further options of the commands, after --")
    options = parser.parse_args()
    options.photos = options.photos or options.zoo / "tables/coco128/images/train2017"
    print(f"{'model':18}{'form':32}{'agreement':>10}{'SQNR':>8}   {'bytes':>10}")
    for name in NETS:
        if options.only in name:
            judge(options, name)


if __name__ == "__main__":
    main()
