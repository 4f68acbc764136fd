"""Makes Fixtures/: small models of this project's own, samples, and malformed files.

Needs Tools/requirements-fixtures.txt. The output is committed; training is seeded, but other
TensorFlow versions and machines give other weights, so run it only to add or change a fixture.
"""

import argparse
import os
import pathlib
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", default=str(ROOT / "Fixtures"))
    parser.add_argument("--parts", default="trained,built,malformed", help="which of these to make")
    options = parser.parse_args()
    output, parts = pathlib.Path(options.output), options.parts.split(",")
    (output / "Models").mkdir(parents=True, exist_ok=True)
    if "trained" in parts:
        import make_fixtures_trained
        make_fixtures_trained.make(output)
    if "built" in parts:
        import make_fixtures_built
        import make_fixtures_derived
        make_fixtures_built.make(output / "Models")
        make_fixtures_derived.make(output / "Models")
    if "malformed" in parts:
        import make_fixtures_malformed
        shutil.rmtree(output / "Malformed", ignore_errors=True)
        make_fixtures_malformed.make(output)
    for path in sorted(output.rglob("*")):
        if path.is_file():
            print(f"{path.stat().st_size:9} {path.relative_to(output)}")


if __name__ == "__main__":
    main()
