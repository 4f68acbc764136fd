"""Measures `optimize quantize --mode dynamic` on containers against litert-quantizer, in one run.

Prints JSON lines: medians of wall time, peak memory, and the ratio. A .litertlm of 400 MB of random weights, with a
small model beside them, is made by the official builder, and a .task of the same models. Run it with the Python of
.build-containers.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import bench

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What the tool may take beside the file of its largest section.
MARGIN = 24 << 20


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=str(ROOT / ".build-static/optimize"))
    parser.add_argument("--peer", default=str(ROOT / ".build-containers/bin/litert-quantizer"))
    parser.add_argument("--work", type=pathlib.Path,
                        default=pathlib.Path(tempfile.gettempdir()) / "optimize-bench")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peer-rounds", type=int, default=3)
    return parser.parse_args()


def make(work):
    """Made in another process, whose memory would otherwise count as the children's."""
    work.mkdir(parents=True, exist_ok=True)
    paths = [work / "container.litertlm", work / "container.task"]
    if not all(path.exists() for path in paths):
        code = f"import bench_container; bench_container.build({str(work)!r})"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT / "Tools")
    return paths


def build(work):
    import bundles
    import make_fixtures_containers as fixtures
    from oracle import big_models
    work = pathlib.Path(work)
    large, small = work / "float_400mb.tflite", fixtures.MODELS / "embedding_gather.tflite"
    if not large.exists():
        big_models.make(str(large), 400)
    tokenizer = work / "tokenizer.spm"
    tokenizer.write_bytes(bytes(range(256)) * 4096)
    made = fixtures.builder.LitertLmFileBuilder()
    made.add_sentencepiece_tokenizer(str(tokenizer))
    made.add_tflite_model(str(large), fixtures.Type.PREFILL_DECODE)
    made.add_tflite_model(str(small), fixtures.Type.EMBEDDER)
    with open(work / "container.litertlm", "wb") as stream:
        made.build(stream)
    with bundles.Bundle(str(work / "container.task")) as archive:
        archive.write(large, "TF_LITE_PREFILL_DECODE")
        archive.write(small, "embedder.tflite")
        archive.write(tokenizer, "TOKENIZER_MODEL")


def largest(optimize, path):
    """Bytes of the largest section."""
    ran = subprocess.run([optimize, "inspect", str(path), "--json"], check=True, capture_output=True, text=True)
    return max(section["bytes"] for section in json.loads(ran.stdout)["sections"])


def measured(command, rounds):
    runs = [bench.run(command) for _ in range(rounds)]
    if any(code for _, _, code in runs):
        sys.exit(1)
    return {"seconds": statistics.median(seconds for seconds, _, _ in runs),
            "peak": max(peak for _, peak, _ in runs)}


def main():
    options = arguments()
    for path in make(options.work):
        limit = largest(options.optimize, path) + MARGIN
        with tempfile.TemporaryDirectory(dir=options.work) as folder:
            ours = [options.optimize, "quantize", str(path), "--mode", "dynamic", "--force", "--quiet",
                    "-o", f"{folder}/ours{path.suffix}"]
            theirs = [options.peer, "--model_file", str(path), "--recipe", "dynamic_wi8_afp32",
                      "--output_dir", f"{folder}/peer", "--overwrite_outputs"]
            bench.run(ours)  # warms the file
            row = {"container": path.name, "bytes": path.stat().st_size, "limit": limit,
                   "optimize": measured(ours, options.rounds)}
            # The peer reads no .task.
            if path.suffix == ".litertlm":
                row["peer"] = measured(theirs, options.peer_rounds)
                row["times"] = round(row["peer"]["seconds"] / row["optimize"]["seconds"], 2)
            row["fits"] = row["optimize"]["peak"] <= limit
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
