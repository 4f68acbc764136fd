"""Tests the judge: a correct stand-in for `optimize` must pass, and each seeded defect must be found."""

import os
import pathlib
import stat
import subprocess
import sys
import tempfile

TOOLS = pathlib.Path(__file__).resolve().parent
FIXTURES = TOOLS.parent / "Fixtures/Models"
DEFECTS = {  # defect → words of the complaint
    "rewrite": "became b'other'", "empty vector": "None became bool", "zip tail": "ZIP tail is lost",
    "zip offsets": "central directory", "metadata": "is lost", "runtime version": "operators need",
    "operator code": "deprecated 0", "scale": "rounding needs", "zero point": "zero points are not 0",
    "float16 values": "not the nearest", "alignment": "16-aligned", "signature": "signatures differ",
    "output name": "outputs: ", "silent": "without a reason", "missing": "does not exist",
}


def judge(command, model, defect):
    done = subprocess.run(
        [sys.executable, TOOLS / "oracle.py", "--optimize", command, "--models", FIXTURES, "--only", model,
         "--checks", "roundtrip,float16,dynamic,weights-only", "--malformed", "/nonexistent"],
        capture_output=True, text=True, env={**os.environ, "DEFECT": defect})
    return done.returncode, done.stdout + done.stderr


def main():
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        command = pathlib.Path(folder) / "optimize"
        command.write_text(f"#!/bin/sh\nexec {sys.executable} {TOOLS / 'oracle/fake_optimize.py'} \"$@\"\n")
        command.chmod(command.stat().st_mode | stat.S_IXUSR)
        cases = [("", "0 failed")] + list(DEFECTS.items())
        for defect, words in cases:
            target = "/nonexistent/optimize" if defect == "missing" else str(command)
            code, said = judge(target, "digits_with_labels", defect)
            found = words in said and (code == 1) == bool(defect)
            print(f"{'ok  ' if found else 'FAIL'} {defect or 'no defect'}")
            if not found:
                wrong += 1
                print(said)
    print(f"{len(cases) - wrong} passed, {wrong} failed")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
