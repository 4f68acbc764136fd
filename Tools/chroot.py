#!/usr/bin/env python3
"""Runs every command of a static `optimize` in roots that have neither /proc nor /dev.

The roots are an empty one and those of Debian's releases, unpacked by debootstrap. Judge: the same
command on this machine, which has /proc; exit codes, files and texts must be equal but for times.
Needs root, and debootstrap where there are releases.
"""

import argparse
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = "work"
REP = ["--rep-data", "samples/digits"]
COMMANDS = [
    ["--version"],
    ["-V"],
    ["help"],
    ["help", "--man"],
    ["help", "quantize"],
    ["completions", "bash"],
    ["completions", "zsh"],
    ["completions", "fish"],
    ["operators"],
    ["passes"],
    ["inspect", "digits_cnn.tflite", "--tensors", "--operators", "--html", "inspect.html"],
    ["quantize", "digits_cnn.tflite", "--mode", "float16", "--html", "float16.html"],
    ["quantize", "digits_cnn.tflite", "--mode", "dynamic", "--json", "dynamic.json"],
    ["quantize", "digits_cnn.tflite", "--mode", "int8", *REP, "--html", "int8.html"],
    ["quantize", "digits_cnn.tflite", "--mode", "int16x8", *REP],
    ["quantize", "keyword_1d.tflite", "digits_cnn.tflite", "--mode", "dynamic",
     "--output-dir", "several"],
    ["prune", "digits_cnn.tflite", "--sparsity", "0.5", *REP],
    ["prune", "digits_cnn.tflite", "--sparsity", "0.5", "--what-if", "--html", "what-if.html"],
    ["cluster", "digits_cnn.tflite", "--clusters", "16"],
    ["pipeline", "digits_cnn.tflite", "prune:sparsity=0.5", "cluster:clusters=32",
     "quantize:mode=int8", *REP],
    ["finetune", "digits_cnn.tflite", "--steps", "5", *REP],
    ["auto", "digits_cnn.tflite", "--html", "auto.html"],
    ["check", "digits_cnn.tflite", "--target", "xnnpack,tflm", "--html", "check.html"],
    ["fix", "digits_cnn.tflite"],
    ["calibrate", "digits_cnn.tflite", *REP, "-o", "statistics.json"],
    ["report", "digits_cnn.tflite", "digits_cnn.int8.tflite", "--html", "report.html"],
    ["compare", "digits_cnn.tflite", "digits_cnn.int8.tflite", *REP],
    ["debug", "digits_cnn.tflite", "digits_cnn.int8.tflite", *REP],
    ["sensitivity", "digits_cnn.tflite", *REP, "--html", "sensitivity.html"],
    ["evaluate", "digits_cnn.int8.tflite", "--rep-data", "samples/digits.npz:x",
     "--labels", "samples/digits.npz:y"],
    ["run", "digits_cnn.tflite", "--input", "digit.png", "--top", "3"],
    ["run", "digits_cnn.tflite", "--input", "digit.ppm", "--output", "results"],
    ["bench", "digits_cnn.tflite", "--runs", "5"],
    ["inspect", "a name with spaces and ä.tflite"],
    ["quantize", "digits_cnn.tflite", "--mode", "int9"],
]
TIMES = re.compile(rb"\d+(\.\d+)? (ns|\xc2\xb5s|ms|s|min)\b|\d+\.\d{3}</td>"
                   rb"|\"seconds\": ?[^,}\n]+")


def images(folder):
    """Writes a picture of 8 × 8 pixels as PPM and as PNG."""
    rows = [bytes([min(255, 30 * x + y)] * 3) for y in range(8) for x in range(8)]
    (folder / "digit.ppm").write_bytes(b"P6 8 8 255\n" + b"".join(rows))
    lines = b"".join(b"\0" + b"".join(rows[8 * y:8 * y + 8]) for y in range(8))

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    (folder / "digit.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def prepare(root, binary):
    """Puts the program and what the commands read into a root."""
    folder = root / WORK
    folder.mkdir(parents=True)
    (root / "tmp").mkdir(exist_ok=True)
    shutil.copy(binary, folder / "optimize")
    for name in ("digits_cnn", "keyword_1d"):
        shutil.copy(ROOT / f"Fixtures/Models/{name}.tflite", folder)
    shutil.copy(folder / "keyword_1d.tflite", folder / "a name with spaces and ä.tflite")
    shutil.copytree(ROOT / "Fixtures/Samples", folder / "samples")
    images(folder)


def run(root, command, isolated):
    """Returns the exit code and all that the command printed or wrote, by name."""
    folder = root / WORK
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}

    def enter():
        if isolated:
            os.chroot(root)
        os.chdir(f"/{WORK}" if isolated else folder)

    done = subprocess.run(
        ["./optimize", *command], stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
        env={"LANG": "C.UTF-8"}, preexec_fn=enter, check=False)
    found = {"exit": done.returncode, "output": TIMES.sub(b"", done.stdout),
             "error": TIMES.sub(b"", done.stderr)}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and before.get(path) != path.stat().st_mtime_ns:
            data = path.read_bytes()
            binary = path.suffix in (".tflite", ".npy")
            found[str(path.relative_to(folder))] = data if binary else TIMES.sub(b"", data)
    return found


def missing(binary):
    """The commands that `optimize help` names and COMMANDS does not."""
    text = subprocess.run([binary, "help"], capture_output=True, text=True, check=True).stdout
    names = re.findall(r"^  ([a-z]+) {2,}", text, re.MULTILINE)
    return [name for name in names if name not in {command[0] for command in COMMANDS}]


def compare(command, here, there):
    """Prints what a root changes; returns whether that is nothing."""
    if command[0] in ("bench", "auto"):  # their text has times
        here, there = ({"exit": found["exit"]} for found in (here, there))
    wrong = [key for key in here | there if here.get(key) != there.get(key)]
    for key in wrong:
        print(f"  optimize {' '.join(command)}: {key} differs:\n    here: {here.get(key)!r:.300}"
              f"\n    there: {there.get(key)!r:.300}")
        if key != "error":
            print(f"    {there['error']!r:.300}")
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=".build-static/optimize")
    parser.add_argument("--releases", default="", help="of Debian, such as bullseye,trixie")
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    options = parser.parse_args()
    binary = pathlib.Path(options.optimize).resolve()
    if os.geteuid():
        sys.exit("error: chroot needs root")
    if missing(binary):
        sys.exit(f"error: no test of {', '.join(missing(binary))}")
    with tempfile.TemporaryDirectory(prefix="chroot-") as place:
        here = pathlib.Path(place) / "here"
        prepare(here, binary)
        expected = [run(here, command, isolated=False) for command in COMMANDS]
        failed = 0
        for name in ["empty", *filter(None, options.releases.split(","))]:
            root = pathlib.Path(place) / name
            if name != "empty":
                subprocess.run(["debootstrap", "--foreign", "--variant=minbase", name, root,
                                options.mirror], stdout=subprocess.DEVNULL, check=True)
                shutil.rmtree(root / "proc", ignore_errors=True)
            prepare(root, binary)
            good = sum(compare(command, wanted, run(root, command, isolated=True))
                       for command, wanted in zip(COMMANDS, expected))
            print(f"{name}: {good} of {len(COMMANDS)} commands as on this machine")
            failed += len(COMMANDS) - good
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
