#!/usr/bin/env python3
"""Makes each kind of page of the HTML report, looks at it as a reader would, and keeps pictures.

Every page is opened in headless Chromium at the width of a desk and of a telephone, in the light and
the dark scheme. It fails where text is cut or covered, where a page is wider than the screen or
larger than 300 kB, where the security policy is broken, and where sorting, searching or filtering
does not work.
"""

import argparse
import pathlib
import subprocess
import sys

from devtools import Browser

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS, SAMPLES = ROOT / "Fixtures/Models", ROOT / "Fixtures/Samples"
DIGITS, LABELS = f"{SAMPLES}/digits.npz:x", f"{SAMPLES}/digits.npz:y"
MOST_BYTES = 300_000
WIDTHS = {"desk": (1280, 900), "telephone": (390, 844)}
CHECKS = [(ROOT / "Tools/screenshots.js").read_text(), (ROOT / "Tools/screenshots_use.js").read_text()]

# Models with many operators, long names, many outputs, much data.
ZOO = ["kws_mcu/kws_mcu_crnn_s_float_unrolled", "mediapipe/face_landmark_with_attention",
       "mediapipe/hair_segmentation_float_gles_app", "vision_misc/deeplabv3_257_mv_gpu",
       "mltk/keyword_spotting_pacman_v3.float32", "imagenet_float/dog_breed_mobilenetv2_160_float"]
ZOO_PAIR = ("imagenet_float/mobilenet_v1_0.75_224_float",
            "ref_tf_converter_2.21/mobilenet_v1_0.75_224_int8")


# A page with one fault of each kind, so that a check that finds nothing cannot pass for a good page.
BAD = """<!DOCTYPE html><meta charset="utf-8"/><title>bad</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<div style="width:1400px">wide</div><div style="width:20px;overflow:hidden;white-space:nowrap">cut off</div>
<p style="position:absolute;top:9em">one</p><p style="position:absolute;top:9em">two</p>
<svg class="wide" viewBox="0 0 400 100" width="400"><text x="9" y="50">some</text>
<text x="12" y="52">more</text><text x="380" y="90">outside</text><text x="90" y="20" font-size="5">tiny</text>
<rect class="cell" x="200" y="0" width="20" height="20" /><text class="on-part" x="202" y="15">longer</text>
</svg><script>alert(1)</script>
<table id="t" class="sortable"><caption>c</caption><thead><tr><th class="number">n</th></tr></thead><tbody>
""" + "<tr><td>1</td></tr>" * 9 + "</tbody></table>"
BAD_FINDINGS = ["the page is", "cut: div", "text over text", "label over label", "outside its drawing",
                "too small", "wider than its area", "has no button", "no search", "Content Security Policy"]


def check_checks(browser, folder):
    """Stops where a fault of the bad page is not found."""
    page = folder / "bad.html"
    page.write_text(BAD)
    found = look(browser, page, folder)
    missing = [text for text in BAD_FINDINGS if not any(text in sentence for sentence in found)]
    if missing:
        raise SystemExit(f"error: the checks do not find: {', '.join(missing)}")


def fixture_pages(folder):
    """(name of the page, arguments) for each kind."""
    model, made = str(MODELS / "digits_cnn.tflite"), str(folder / "int8.tflite")
    poor = str(folder / "poor.tflite")
    out = ["-o", str(folder / "out.tflite"), "--force"]
    samples = ["--rep-data", DIGITS]
    return [
        ("quantize", ["quantize", model, "--mode", "int8", *samples, "-o", made, "--force",
                      "--labels", LABELS]),
        ("quantize-poor", ["quantize", model, "--mode", "int8", *samples, "-o", poor, "--force",
                           "--range", "percentile:55", "--effort", "1", "--no-bias-correction",
                           "--min-sqnr", "30", "--write-on-fail"]),
        ("quantize-dynamic", ["quantize", str(MODELS / "sequence_lstm.tflite"), "--mode",
                              "dynamic", *out]),
        ("dry-run", ["quantize", model, "--mode", "float16", "--dry-run"]),
        ("prune", ["prune", model, "--sparsity", "0.5", *samples, *out]),
        ("cluster", ["cluster", model, "--clusters", "16", *samples, *out]),
        ("finetune", ["finetune", model, "--weights", "int4", "--steps", "200", *samples, *out]),
        ("pipeline", ["pipeline", model, "prune:sparsity=0.5", "cluster:clusters=32",
                      "quantize:mode=dynamic", *out]),
        ("auto", ["auto", model, *samples, "--labels", LABELS, *out]),
        ("check", ["check", made, "--target", "xnnpack,edgetpu,ethos-u55"]),
        ("fix", ["fix", str(MODELS / "gru_while.tflite"), *out]),
        ("what-if", ["cluster", model, "--what-if"]),
        ("report", ["report", model]),
        ("report-pair", ["report", model, made]),
        ("report-others", ["report", str(MODELS / "bmm.tflite"), str(MODELS / "keyword_1d.tflite")]),
        ("compare", ["compare", model, made, *samples, "--labels", LABELS]),
        ("compare-poor", ["compare", model, poor, *samples]),
        ("debug", ["debug", model, made, *samples]),
        ("debug-poor", ["debug", model, poor, *samples]),
        ("sensitivity", ["sensitivity", model, *samples]),
        ("evaluate", ["evaluate", model, *samples, "--labels", LABELS]),
        ("inspect", ["inspect", str(MODELS / "digits_with_labels.tflite")]),
        ("inspect-signatures", ["inspect", str(MODELS / "two_signatures.tflite")]),
    ]


def zoo_pages(zoo, folder):
    out = ["-o", str(folder / "zoo.tflite"), "--force", "--allow-larger"]
    for model in ZOO:
        path, name = str(zoo / "models" / f"{model}.tflite"), model.split("/")[1]
        yield f"{name}-inspect", ["inspect", path]
        yield f"{name}-dynamic", ["quantize", path, "--mode", "dynamic", *out]
        if "attention" not in name:  # has custom operators, which do not run
            yield f"{name}-compare", ["compare", path, str(folder / "zoo.tflite")]
    first, second = (str(zoo / "models" / f"{model}.tflite") for model in ZOO_PAIR)
    yield "converter-pair", ["report", first, second]
    yield "converter-what-if", ["prune", first, "--what-if"]


def make(optimize, arguments, page):
    """Returns an error text, or None. A failed gate (1) and nothing to do (3) have pages too."""
    run = subprocess.run([optimize, *arguments, "--html", str(page)], capture_output=True, text=True)
    return None if run.returncode in (0, 1, 3) and page.exists() else run.stderr.strip()


def look(browser, page, folder):
    """Returns what is wrong with a page, in sentences."""
    found = []
    size = page.stat().st_size
    if size > MOST_BYTES:
        found.append(f"{size:,} bytes")
    for place, (width, height) in WIDTHS.items():
        for scheme in ("light", "dark"):
            browser.open(page, width, height, scheme)
            browser.picture(folder / f"{page.stem}-{place}-{scheme}.png", width)
            sentences = [s for check in CHECKS for s in browser.evaluate(check)]
            found += [f"{place} {scheme}: {s}" for s in sentences + browser.messages]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / ".build-screenshots")
    parser.add_argument("--zoo", type=pathlib.Path, help="a folder of models with a zoo.json")
    parser.add_argument("--only", default="", help="pages whose names contain this")
    parser.add_argument("--chromium", help="the browser's program")
    options = parser.parse_args()
    options.output.mkdir(exist_ok=True)
    pages = fixture_pages(options.output)
    if options.zoo:
        pages += zoo_pages(options.zoo, options.output)
    browser, failed = Browser(options.chromium), 0
    try:
        check_checks(browser, options.output)
        for name, arguments in pages:
            if options.only not in name:
                continue
            page = options.output / f"{name}.html"
            page.unlink(missing_ok=True)
            error = make(options.optimize, arguments, page)
            found = [error] if error else look(browser, page, options.output)
            size = f"{page.stat().st_size / 1000:.0f} kB" if page.exists() else ""
            print(f"{name:44} {size:>8}  {'ok' if not found else f'{len(found)} found'}", flush=True)
            for sentence in found[:12]:
                print(f"    {sentence}")
            failed += bool(found)
    finally:
        browser.close()
    print(f"{failed} pages with something to mend; pictures are in {options.output}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
