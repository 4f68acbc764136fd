#!/usr/bin/env python3
"""Does what a new user does in the first hour, and fails where something is not as it should be.

Clones the repository to a place with only the Swift toolchain (`sandbox.py`), runs the README's first
command, then every command of README.md and the guides, and then what people got wrong
(`first_hour_slips.py`). It sees what is committed, not the working folder.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from examples import DOCUMENTS, ROOT, RUN, examples, matches
from first_hour_slips import SETUP, SLIPS
from sandbox import Sandbox

# Commands that a user waits for; the second of the README is `swift test`.
TESTS, INSTALL = "swift test -c release --quiet --disable-testable-imports", "make install PREFIX=$HOME/.local"
MOST_TEST_LINES = 200
# As in the documents; the system's libz may have other sizes.
DEFLATE = {"OPTIMIZE_DEFLATE": "built-in"}


class Hour:
    """What was done, one line each, and what was wrong."""

    def __init__(self, box):
        self.box, self.count, self.failed = box, 0, 0

    def note(self, place, what, seconds, wrong, output=""):
        self.count += 1
        self.failed += bool(wrong)
        what = what.strip().split("\n")[-1]
        what = what if len(what) <= 84 else what[:83] + "…"
        print(f"{place:34} {what:84} {seconds:7.2f} s  {wrong or 'ok'}", flush=True)
        if wrong:
            print("\n".join("    " + line for line in output.split("\n")[-40:]), flush=True)

    def clone(self, folder):
        if (ROOT / ".git").exists():
            # Git refuses a checkout of another user, as in many containers; '-c' does not reach its child.
            config = self.box.root / "gitconfig"
            config.write_text("[safe]\n\tdirectory = *\n")
            subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True,
                           env={**os.environ, "GIT_CONFIG_GLOBAL": str(config)})
        else:
            shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".build*"))

    def first_command(self, reuse):
        """Builds the program and leaves it on the PATH."""
        first = examples("README.md", self.box.home / "optimize")[0]
        command = first.commands[0][0]
        program = self.box.home / "bin/optimize"
        if reuse:
            shutil.copy(reuse, program)
            command = "optimize " + command.removeprefix(RUN)
        code, output, seconds = self.box.run(command, "optimize", 2400)
        # The build's own lines come before the report, and `swift test` prints nothing that is shown.
        good = matches(["…", *first.shown], output.split("\n")[:-1])
        wrong = f"exit {code}" if code else "" if good else "other output"
        self.note(first.place, command, seconds, wrong, output)
        if not reuse and not code:
            shutil.copy(self.box.home / "optimize/.build/release/optimize", program)

    def documents(self, tests):
        for document in DOCUMENTS:
            for example in examples(document, self.box.home / "optimize"):
                self.example(example, tests)

    def example(self, example, tests):
        if example.file:
            path = self.box.home / "optimize" / example.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(example.lines))
        printed = ""
        for command, code in example.commands:
            if command == INSTALL or command.startswith(RUN) or command == TESTS and not tests:
                continue
            real, output, seconds = self.box.run(command, "optimize", 2400, DEFLATE)
            printed += output
            wrong = "" if real == code else f"exit {real}, not {code}"
            if command == TESTS and output.count("\n") > MOST_TEST_LINES:
                wrong = f"{output.count(chr(10))} lines"
            self.note(example.place, command, seconds, wrong, output)
        ran = not any(command.startswith(RUN) for command, _ in example.commands)
        if example.shown is not None and ran and not matches(example.shown, printed.split("\n")[:-1]):
            self.note(example.place, "(what is shown)", 0, "other output", printed)

    def slips(self):
        fixtures = "$HOME/optimize/Fixtures"
        for number, slip in enumerate(SLIPS):
            folder = self.box.home / f"slips/{number}"
            folder.mkdir(parents=True)
            place = f"slips/{number}"
            code, output, _ = self.box.run(SETUP.format(fixtures=fixtures), place)
            before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
            if not code:
                code, output, seconds = self.box.run(slip.script, place, 120, DEFLATE)
            after = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
            wrong = [f"exit {code}, not {slip.code}"] * (code != slip.code)
            wrong += [f"does not say {text!r}" for text in slip.says if text not in output]
            wrong += [f"says {text!r}" for text in slip.never if text in output]
            wrong += ["touches files"] * any(after.get(name) != time for name, time in before.items())
            new = sorted(after.keys() - before.keys())
            wrong += [f"leaves {new}"] * (new != sorted(slip.leaves))
            self.note(f"point {slip.point}", slip.name or slip.script, seconds, "; ".join(wrong), output)
            shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-tests", action="store_true", help="do not run the tests in the clone")
    parser.add_argument("--reuse", type=pathlib.Path, help="a release program, instead of a build")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="first-hour-") as folder:
        box = Sandbox(folder)
        hour = Hour(box)
        hour.clone(box.home / "optimize")
        hour.first_command(options.reuse)
        hour.documents(not options.skip_tests)
        hour.slips()
    print(f"{hour.count} things done, {hour.failed} of them wrong")
    sys.exit(1 if hour.failed else 0)


if __name__ == "__main__":
    main()
