"""The table at the end: sizes, coverage and errors per model, and totals per check."""

COLUMNS = [("rewrite", "rewrite"), ("float16", "float16"), ("f16 err", "float16 error"),
           ("rounding", "rounding error"), ("dynamic", "dynamic"), ("coverage", "dynamic coverage"),
           ("dyn err", "dynamic error"), ("w-only", "weights-only"), ("w err", "weights-only error")]
LOOK = 0.5  # a relative error above this deserves a look; it is no failure


def _cell(key, value):
    if value is None:
        return ""
    return f"{value:.2e}" if "error" in key else f"{value:.3f}"


def show(rows):
    table = [r for r in rows if any(key in r["figures"] for _, key in COLUMNS[1:])]
    if table:
        width = max(len(r["model"]) for r in table)
        print("\n" + " " * width + "".join(f"{title:>10}" for title, _ in COLUMNS))
        for row in table:
            numbers = row["figures"]
            look = any((numbers.get(k) or 0) > LOOK for k in ("dynamic error", "weights-only error"))
            print(row["model"].ljust(width)
                  + "".join(f"{_cell(key, numbers.get(key)):>10}" for _, key in COLUMNS)
                  + ("  look" if look else ""))
        print("sizes and coverage are fractions of the input; errors are relative L2 "
              "(float16: without delegates; dynamic: reference kernels)")
    official(rows)
    totals(rows)


def official(rows):
    pairs = [(r["model"], key.split()[1], value) for r in rows for key, value in r["figures"].items()
             if key.startswith("official ") and value[1]]
    if pairs:
        print(f"\n{'dynamic range against the official converter':60}{'kernels':>10}{'ours':>11}{'official':>11}"
              f"{'ratio':>8}")
    for model, resolver, (ours, theirs) in pairs:
        print(f"{model:60}{resolver:>10}{ours:11.3e}{theirs:11.3e}{ours / theirs:8.3f}")


def totals(rows):
    counts = {}
    for row in rows:
        for check, problems in row["results"]:
            good, bad = counts.get(check, (0, 0))
            counts[check] = (good, bad + 1) if problems else (good + 1, bad)
    print(f"\n{'check':32}{'passed':>8}{'failed':>8}")
    for check, (good, bad) in sorted(counts.items()):
        print(f"{check:32}{good:8}{bad:8}")
    seconds = {}
    for row in rows:
        for step, taken in row["figures"].get("seconds", {}).items():
            seconds[step] = seconds.get(step, 0) + taken
    print("\nseconds of all jobs: " + ", ".join(
        f"{step} {taken:.0f}" for step, taken in sorted(seconds.items(), key=lambda s: -s[1])))
