#!/usr/bin/env python3
"""Type-checks all targets for systems that this machine is not: arm64 Linux with glibc and with musl, and
macOS 13 on arm64 and x86-64.

Swift's library for them is made from the text of its interface for this machine, and the C library's
headers come from the package `ziglang` of requirements-systems.txt. Functions are compiled up to
Swift's intermediate language, so that availability is checked too; nothing is made for a processor.
What this cannot see: Apple's own overlay of Darwin, for which Glibc's stands in, and linking.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HERE = "x86_64-unknown-linux-gnu"
SYSTEMS = {  # target: (the C library's module, folders of headers)
    "aarch64-unknown-linux-gnu": (
        "Glibc", ["any-linux-any", "aarch64-linux-any", "generic-glibc", "aarch64-linux-gnu"]),
    "aarch64-unknown-linux-musl": (
        "Musl", ["any-linux-any", "aarch64-linux-any", "generic-musl", "aarch64-linux-musl"]),
    "arm64-apple-macosx13.0": ("Darwin", ["any-macos-any"]),
    "x86_64-apple-macosx13.0": ("Darwin", ["any-macos-any"]),
}
FLAGS = ["-swift-version", "6", "-package-name", "optimize", "-Onone",
         "-disable-implicit-concurrency-module-import"]


def toolchain():
    info = json.loads(subprocess.run(["swiftc", "-print-target-info"], capture_output=True,
                                     check=True).stdout)
    return pathlib.Path(info["paths"]["runtimeResourcePath"])


def call(command, wanted=True):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if " error: " in line]
    if done.returncode and wanted:
        print(done.stderr[-4000:])
        sys.exit(f"error: {' '.join(map(str, command[:4]))} … failed")
    return done.returncode, errors, done.stderr


class System:
    """The modules that a target's sources import, for one system."""

    def __init__(self, target, headers, folder):
        self.target, self.folder = target, folder / target
        self.library, layers = SYSTEMS[target]
        shutil.rmtree(self.folder, ignore_errors=True)
        self.sdk = self.folder / "sdk"
        for layer in layers:
            shutil.copytree(headers / layer, self.sdk / "usr/include", dirs_exist_ok=True)
        resources = toolchain()
        self.resources = self.folder / "swift"
        self.resources.mkdir()
        for name in ("shims", "apinotes", "clang"):
            if (resources / name).exists():
                (self.resources / name).symlink_to((resources / name).resolve())
        self.modules = self.folder / "modules"
        self.modules.mkdir()
        self.base = ["swift-frontend", "-target", target, "-resource-dir", self.resources,
                     "-sdk", self.sdk, "-I", self.modules, "-module-cache-path",
                     self.folder / "cache"]
        self.make_c_library(resources)
        for module in ("Swift", "SwiftOnoneSupport", "_StringProcessing", self.library):
            self.make_module(module, resources / "linux")

    def make_c_library(self, resources):
        """A Clang module of the headers, as the toolchain has one for its own C library."""
        source = resources / "linux/x86_64"
        text = (source / "SwiftGlibc.h").read_text()
        (self.modules / "SwiftGlibc.h").write_text(text)
        (self.modules / "module.modulemap").write_text(
            f"module Swift{self.library} [system] {{ header \"SwiftGlibc.h\" export * }}\n")

    def make_module(self, module, linux):
        """Compiles the interface of a module, which is the same text for all systems but for names."""
        name = "Glibc" if module == self.library else module
        text = (linux / f"{name}.swiftmodule/{HERE}.swiftinterface").read_text()
        text = text.replace(f"-target {HERE}", f"-target {self.target}", 1)
        # Only x86-64 has the functions of 80-bit numbers.
        text = re.sub(r"self = _stdlib_(remainderl|squareRootl)\(.*\)", "fatalError()", text)
        # Apple's library would have the bodies.
        text = re.sub(r"@backDeployed\([^)]*\)", "", text)
        if module == self.library:
            # Conversions of durations, whose types other headers declare elsewhere.
            text = re.sub(r"(?ms)^@available\(macOS 13\.0[^\n]*\nextension .*?^}\n", "", text)
            text = text.replace("SwiftGlibc.__sighandler_t", "@convention(c) (Swift.Int32) -> Swift.Void")
            text = text.replace("Glibc", self.library)
            if not self.target.startswith("x86_64") or self.library == "Darwin":
                text = re.sub(r"(?ms)^@_transparent public func \w+\([^)]*Float80.*?^}\n", "", text)
        path = self.modules / f"{module}.swiftinterface"
        path.write_text(text)
        call([*self.base, "-compile-module-from-interface", "-module-name", module,
              *(["-parse-stdlib"] if module == "Swift" else []),
              "-o", self.modules / f"{module}.swiftmodule", path])

    def check(self, name, sources, settings):
        """Returns the errors of a target's sources, and makes its module."""
        library = [] if any(file.name == "main.swift" for file in sources) else ["-parse-as-library"]
        code, errors, text = call(
            [*self.base, "-emit-module", "-module-name", name, *FLAGS, *library, *settings,
             "-o", self.modules / f"{name}.swiftmodule", *sources], wanted=False)
        if code and not errors:
            errors = [text[-600:]]
        return errors


def targets():
    """(name, sources, settings) of all targets but tests, those that others need first."""
    package = json.loads(subprocess.run(
        ["swift", "package", "--package-path", ROOT, "dump-package"], capture_output=True,
        check=True).stdout)
    known = {target["name"]: target for target in package["targets"]
             if target["type"] != "test" and not (target.get("path") or "").startswith("Tests/")}
    done = {}

    def add(name):
        if name in done:
            return
        for dependency in known[name]["dependencies"]:
            add(dependency["byName"][0])
        target = known[name]
        folder = ROOT / (target.get("path") or f"Sources/{name}")
        settings = []
        for setting in target["settings"]:
            kind = setting["kind"]
            if setting.get("condition") or setting["tool"] != "swift":
                continue
            if "define" in kind:
                settings += ["-D", kind["define"]["_0"]]
            elif "enableExperimentalFeature" in kind:
                settings += ["-enable-experimental-feature",
                             kind["enableExperimentalFeature"]["_0"]]
            elif "unsafeFlags" in kind:
                # The frontend itself is called.
                settings += [flag for flag in kind["unsafeFlags"]["_0"] if flag != "-Xfrontend"]
        files = sorted(pathlib.Path(p) / f for p, _, fs in os.walk(folder, followlinks=True)
                       for f in fs if f.endswith(".swift"))
        done[name] = (name.replace("-", "_"), files, settings)

    for name in known:
        add(name)
    return list(done.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--headers", required=True, type=pathlib.Path,
                        help="ziglang's folder lib/libc/include")
    parser.add_argument("--only", default="", help="a part of a system's name")
    options = parser.parse_args()
    wrong = 0
    for name in filter(lambda name: options.only in name, SYSTEMS):
        system = System(name, options.headers, ROOT / ".build-systems")
        found = targets()
        faulty = 0
        for target, files, settings in found:
            errors = system.check(target, files, settings)
            faulty += bool(errors)
            for error in dict.fromkeys(errors):
                print(f"{name}: {error}", flush=True)
        print(f"{name}: {len(found) - faulty} of {len(found)} targets are right", flush=True)
        wrong += faulty
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
