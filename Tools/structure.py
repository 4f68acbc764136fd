#!/usr/bin/env python3
"""Tells which targets, folders and files of Sources/ need one another, and which are too large.

An arrow goes from a file to the file of the same target that declares a type, a function or a
uniquely named member it uses. A folder is what stands directly in a target, "." the target's own
files. --check exits 1 where there are more FILES than may be, or circles that may not.
"""

import argparse
import pathlib
import sys

from structure_tree import Tree, circles

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONG = 250  # lines of a file; DESIGN's "about" makes this information, no rule
FILES = 25  # in a folder
CIRCLE = 8  # files of one folder in a circle
APART = ("Optimizer", "OpSet", "Report", "Samples")  # targets whose folders make no circles


def shown(file):
    return file.name.removesuffix(".swift") if file.folder == "." else \
        f"{file.folder}/{file.name.removesuffix('.swift')}"


def show_circle(target, circle, most):
    """The arrows that make a circle of folders, the direction with the fewest first."""
    print(f"{target.name}: a circle of folders: {', '.join(sorted(circle))}")
    inside = [(pair, arrows) for pair, arrows in target.folder_arrows().items()
              if pair[0] in circle and pair[1] in circle]
    for (source, goal), arrows in sorted(inside, key=lambda i: (len(i[1]), i[0])):
        print(f"  {source} → {goal}: {len(arrows)}")
        arrows.sort(key=lambda a: (shown(a[0]), shown(a[1])))
        for start, end, names in arrows[:most or None]:
            print(f"    {shown(start)} → {shown(end)}: {', '.join(names)}")
        if most and len(arrows) > most:
            print(f"    … and {len(arrows) - most} more (--arrows 0 shows all)")


def show_file_circle(target, circle, most):
    """The arrows of a circle of files without which it is smallest."""
    inside = [p for p in target.arrows if p[0] in circle and p[1] in circle]
    without = {p: max(map(len, circles(circle, [o for o in inside if o != p])), default=0)
               for p in inside}
    folder = circle[0].folder
    print(f"{target.name}/{folder}: a circle of {len(circle)} files, {len(inside)} arrows")
    inside.sort(key=lambda p: (without[p], shown(p[0]), shown(p[1])))
    for pair in inside[:most or None]:
        if without[pair] < len(circle):
            print(f"  {shown(pair[0])} → {shown(pair[1])}: {', '.join(target.arrows[pair])}"
                  f" (without it {without[pair]} files)")


def file_circles(tree):
    """(target, files) of the greatest circle of each folder where that is too great."""
    found = [(t, t.greatest(folder)) for t in tree.targets for folder in t.folders()]
    return [(target, circle) for target, circle in found if len(circle) > CIRCLE]


def problems(tree):
    found = [f"a circle of targets: {', '.join(c)}" for c in tree.target_circles()]
    for target in tree.targets:
        if target.name in APART:
            found += [f"{target.name}: a circle of folders: {', '.join(sorted(c))}"
                      for c in target.folder_circles()]
    for target, circle in file_circles(tree):
        found.append(f"{target.name}/{circle[0].folder}: a circle of {len(circle)} files: "
                     + ", ".join(sorted(shown(f) for f in circle)))
    return found + [f"{folder}: {count} files" for folder, count in tree.full_folders(FILES)]


def figures(tree):
    """What --compare sets side by side: name → number."""
    found = {"circles of targets": len(tree.target_circles()),
             f"folders with more than {FILES} files": len(tree.full_folders(FILES)),
             f"files of more than {LONG} lines": len(tree.long_files(LONG)),
             "lines": sum(t.lines for t in tree.targets),
             "files": sum(len(t.files) for t in tree.targets)}
    for target in tree.targets:
        found[f"{target.name}: lines"] = target.lines
        found[f"{target.name}: files"] = len(target.files)
        found[f"{target.name}: greatest circle of files"] = len(target.greatest())
        found[f"{target.name}: greatest inside a folder"] = max(
            (len(target.greatest(f)) for f in target.folders()), default=0)
        if len(target.folders()) > 1:
            arrows = target.folder_arrows()
            found[f"{target.name}: folders in circles"] = sum(map(len, target.folder_circles()))
            found[f"{target.name}: folder pairs that need each other"] = sum(
                1 for a, b in arrows if a < b and (b, a) in arrows)
    return found


def show_figures(tree, other):
    mine, others = figures(tree), figures(other) if other else {}
    names = [*mine, *(n for n in others if n not in mine)]
    width = max(map(len, names))
    for name in names:
        line = f"{name:{width}} {mine.get(name, '-'):>7}"
        print(line + (f" {others.get(name, '-'):>7}" if other else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", nargs="?", default=str(ROOT), help="a checkout (default: this one)")
    parser.add_argument("--check", action="store_true", help="print only broken rules; exit 1")
    parser.add_argument("--compare", metavar="TREE", help="another checkout's figures beside these")
    parser.add_argument("--arrows", type=int, default=12, metavar="N",
                        help="of each direction of a circle print N arrows; 0: all (default 12)")
    options = parser.parse_args()
    tree = Tree(options.tree)
    if not options.check:
        show_figures(tree, Tree(options.compare) if options.compare else None)
        for name, lines in tree.long_files(LONG):
            print(f"information: {name} has {lines} lines")
    for target in tree.targets:
        if not options.check or target.name in APART:
            for circle in target.folder_circles():
                show_circle(target, circle, options.arrows)
    for target, circle in file_circles(tree):
        show_file_circle(target, circle, options.arrows)
    broken = problems(tree)
    for problem in broken:
        print(f"error: {problem}")
    sys.exit(1 if options.check and broken else 0)


if __name__ == "__main__":
    main()
