"""Measures `optimize` against the peer's command and `cp`: wall time, peak memory, startup, size.

Prints JSON lines, then a table. Models of 50 MB and 400 MB are made once in the folder --work.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEER_RECIPE = "dynamic_wi8_afp32"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--peer", help="the litert-quantizer command")
    parser.add_argument("--cp", action="store_true", help="measures cp too")
    parser.add_argument("--work", default=str(pathlib.Path(tempfile.gettempdir()) / "optimize-bench"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peer-rounds", type=int, default=3)
    parser.add_argument("--models", default="50,400", help="megabytes: 50, 400 or both")
    return parser.parse_args()


def run(command):
    """(seconds, peak resident bytes, exit code) of one process.

    Linux counts what this process holds at the start of the child as the child's own peak, so this
    one stays small: it imports no numpy and makes its models in another process.
    """
    with open(os.devnull, "w") as null, tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=null, stderr=said, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            print(f"{' '.join(command)}: exit {child.returncode}: "
                  f"{said.read().decode(errors='replace').strip()[-300:]}", file=sys.stderr)
        scale = 1 if sys.platform == "darwin" else 1024
        return seconds, usage.ru_maxrss * scale, child.returncode


def cached(folder, megabytes):
    """The path of the model of about that size, made on first use."""
    path = folder / f"float_{megabytes}mb.tflite"
    if not path.exists():
        code = f"from oracle import big_models; big_models.make({str(path)!r}, {megabytes})"
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT / "Tools")
    return path


def commands(options, model, folder):
    optimize, source = options.optimize, str(model)
    table = {
        "optimize dynamic": [optimize, "quantize", source, "--mode", "dynamic", "-o",
                             str(folder / "dynamic.tflite"), "--force"],
        "optimize float16": [optimize, "quantize", source, "--mode", "float16", "-o",
                             str(folder / "float16.tflite"), "--force"],
    }
    if options.peer:
        table["peer dynamic"] = [options.peer, "--model_file", source, "--recipe", PEER_RECIPE,
                                 "--output_dir", str(folder / "peer"), "--overwrite_outputs"]
    if options.cp:
        table["cp"] = ["cp", source, str(folder / "copy.tflite")]
    return table


def measure(options, model):
    """Interleaved rounds of every command on one model, after one warming run."""
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        folder = pathlib.Path(name)
        (folder / "peer").mkdir()
        table = commands(options, model, folder)
        results = {title: [] for title in table}
        for number in range(options.rounds + 1):
            for title, command in table.items():
                rounds = options.peer_rounds if title.startswith("peer") else options.rounds
                if number <= rounds:
                    result = run(command)
                    if number or result[2]:
                        results[title].append(result)
        sizes = {"optimize dynamic": folder / "dynamic.tflite", "optimize float16": folder / "float16.tflite",
                 "cp": folder / "copy.tflite"}
        made = list((folder / "peer").glob("*"))
        if made:
            sizes["peer dynamic"] = made[0]
        rows = [row(title, runs, model, sizes.get(title)) for title, runs in results.items() if runs]
    return with_ratios(rows)


def row(title, runs, model, output):
    failed = [code for _, _, code in runs if code]
    return {"model": model.name, "command": title, "rounds": len(runs), "failed": len(failed),
            "seconds": statistics.median(s for s, _, _ in runs), "fastest": min(s for s, _, _ in runs),
            "peakBytes": max(p for _, p, _ in runs), "inputBytes": model.stat().st_size,
            "peakToInput": max(p for _, p, _ in runs) / model.stat().st_size,
            "outputBytes": output.stat().st_size if output and output.exists() else None}


def with_ratios(rows):
    seconds = {r["command"]: r["seconds"] for r in rows if not r["failed"]}
    for entry in rows:
        for key, other in (("ofPeer", "peer dynamic"), ("ofCopy", "cp")):
            known = other in seconds and not entry["failed"] and entry["command"] != other
            entry[key] = entry["seconds"] / seconds[other] if known else None
    return rows


def startup(options):
    """Medians of 200 starts, interleaved with /bin/true."""
    times = {"true": [], "optimize --help": []}
    true = next((p for p in ("/bin/true", "/usr/bin/true") if os.path.exists(p)), "true")
    for _ in range(200):
        times["true"].append(run([true])[0])
        seconds, _, code = run([options.optimize, "--help"])
        times["optimize --help"].append(seconds)
        if code:
            return {"command": "startup", "failed": 1}
    medians = {name: statistics.median(values) * 1000 for name, values in times.items()}
    return {"command": "startup", "failed": 0, "trueMilliseconds": medians["true"],
            "helpMilliseconds": medians["optimize --help"],
            "binaryBytes": os.path.getsize(options.optimize)}


def show(rows):
    print(f"\n{'model':22}{'command':19}{'seconds':>9}{'of peer':>9}{'of cp':>8}{'peak MB':>9}{'peak/in':>9}"
          f"{'out MB':>8}")
    for r in rows:
        ratios = [f"{r[k]:.3f}" if r[k] is not None else "" for k in ("ofPeer", "ofCopy")]
        size = f"{r['outputBytes'] / 1e6:.1f}" if r["outputBytes"] else ""
        print(f"{r['model']:22}{r['command']:19}{r['seconds']:9.3f}{ratios[0]:>9}{ratios[1]:>8}"
              f"{r['peakBytes'] / 1e6:9.1f}{r['peakToInput']:9.2f}{size:>8}{'  FAILED' if r['failed'] else ''}")


def main():
    options = arguments()
    pathlib.Path(options.work).mkdir(parents=True, exist_ok=True)
    rows = []
    for megabytes in (int(m) for m in options.models.split(",")):
        model = cached(pathlib.Path(options.work), megabytes)
        found = measure(options, model)
        for entry in found:
            print(json.dumps(entry), flush=True)
        rows += found
    start = startup(options)
    print(json.dumps(start))
    show(rows)
    if not start["failed"]:
        print(f"\nstartup: --help {start['helpMilliseconds']:.2f} ms, true {start['trueMilliseconds']:.2f} ms; "
              f"binary {start['binaryBytes'] / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
