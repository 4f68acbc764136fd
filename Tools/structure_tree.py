"""The files of a checkout, the arrows between them, and circles of arrows; for structure.py."""

import collections
import os
import pathlib
import re

from swift_names import Names

_TARGET = re.compile(r"\.(?:executableT|t)arget\(")
_IMPORT = re.compile(r"^\s*(?:@\w+\s+|package\s+|public\s+|internal\s+|private\s+)*import\s+"
                     r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)", re.M)


class File:
    def __init__(self, path, folder):
        text = path.read_text()
        self.name, self.folder, self.lines = path.name, folder, text.count("\n")
        self.directory = path.parent
        self.names = Names(text)
        self.imports = set(_IMPORT.findall(self.names.code))


class Target:
    """The files of a folder of Sources/ and the arrows between them: (from, to) → names."""

    def __init__(self, path):
        self.name, self.files = path.name, []
        for folder, _, names in os.walk(path):  # which follows no links: KernelsV3 is Kernels
            inner = pathlib.Path(folder).relative_to(path)
            for name in sorted(names):
                if name.endswith(".swift"):
                    self.files.append(File(pathlib.Path(folder, name),
                                           inner.parts[0] if inner.parts else "."))
        self.files.sort(key=lambda f: (f.folder, f.name))
        self.arrows = {}

    @property
    def lines(self):
        return sum(f.lines for f in self.files)

    def find_arrows(self, members):
        """`members`: name → the only file of all targets that declares such a member."""
        types, owned, functions = (self._declared(k) for k in ("types", "owned", "functions"))
        mine, arrows = set(self.files), collections.defaultdict(set)
        for file in self.files:
            for outer, name in file.names.type_uses():
                for other in self._declaring(file, outer, name, types):
                    arrows[file, other].add(f"{outer}.{name}" if outer else name)
            for use in file.names.owned_uses():
                if len(owned[use]) == 1:
                    arrows[file, next(iter(owned[use]))].add(".".join(use))
            for name in file.names.member_uses():
                if members.get(name) in mine:
                    arrows[file, members[name]].add(f".{name}")
            for name in file.names.calls():
                if len(functions[name]) == 1:
                    arrows[file, next(iter(functions[name]))].add(f"{name}()")
        self.arrows = {pair: sorted(names) for pair, names in arrows.items() if pair[0] != pair[1]}

    def _declared(self, kind):
        """Name → the files that declare it, of one set of Names."""
        found = collections.defaultdict(set)
        for file in self.files:
            for name in getattr(file.names, kind):
                found[name].add(file)
        return found

    @staticmethod
    def _declaring(file, outer, name, types):
        """The files that a use of a type means; none where a name can mean several."""
        if outer:
            found = types.get((outer, name), set())
            return (found if len(found) == 1 else set()) | Target._declaring(file, "", outer, types)
        if name in file.names.hidden:
            return set()
        found = set().union(*(types.get((scope, name), set()) for scope in file.names.scopes))
        if not found:
            found = types.get(("", name), set())
        return found if len(found) == 1 else set()

    def folders(self):
        return sorted({f.folder for f in self.files})

    def folder_arrows(self):
        """(folder, folder) → [(file, file, names)]"""
        found = collections.defaultdict(list)
        for (source, goal), names in self.arrows.items():
            if source.folder != goal.folder:
                found[source.folder, goal.folder].append((source, goal, names))
        return found

    def folder_circles(self):
        return circles(self.folders(), self.folder_arrows())

    def greatest(self, folder=None):
        """The greatest circle of files, over the target or inside one folder."""
        files = [f for f in self.files if folder in (None, f.folder)]
        inside = set(files)
        arrows = [p for p in self.arrows if p[0] in inside and p[1] in inside]
        return max(circles(files, arrows), key=len, default=[])


def circles(nodes, arrows):
    """Strongly connected components of more than one node (Tarjan), without recursion."""
    goals = collections.defaultdict(list)
    for source, goal in arrows:
        goals[source].append(goal)
    number, low, stack, on_stack, found = {}, {}, [], set(), []
    for root in nodes:
        work = [] if root in number else [(root, iter(goals[root]))]
        if work:
            number[root] = low[root] = len(number)
            stack.append(root)
            on_stack.add(root)
        while work:
            node, rest = work[-1]
            for goal in rest:
                if goal not in number:
                    number[goal] = low[goal] = len(number)
                    stack.append(goal)
                    on_stack.add(goal)
                    work.append((goal, iter(goals[goal])))
                    break
                if goal in on_stack:
                    low[node] = min(low[node], number[goal])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    part = stack[stack.index(node):]
                    del stack[-len(part):]
                    on_stack.difference_update(part)
                    found += [part] if len(part) > 1 else []
    return found


class Tree:
    """The targets of a checkout."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.targets = [Target(p) for p in sorted((self.root / "Sources").iterdir())
                        if p.is_dir() and not p.is_symlink()]
        members = self._members()
        for target in self.targets:
            target.find_arrows(members)

    def _members(self):
        """Members whose name is declared in one file of all targets."""
        declared, taken = collections.defaultdict(set), collections.Counter()
        for target in self.targets:
            for file in target.files:
                taken.update(file.names.taken)
                for name in file.names.members:
                    declared[name].add(file)
        return {name: next(iter(files)) for name, files in declared.items() if taken[name] == 1}

    def target_circles(self):
        needs = self._dependencies()
        for target in self.targets:
            for file in target.files:
                needs |= {(target.name, name) for name in file.imports}
        known = {t.name for t in self.targets}
        return circles(sorted(known), [p for p in needs if p[0] in known and p[1] in known])

    def _dependencies(self):
        """(target, target it depends on), as Package.swift says."""
        text, found = (self.root / "Package.swift").read_text(), set()
        starts = [m.end() for m in _TARGET.finditer(text)]
        for start, end in zip(starts, [*starts[1:], len(text)]):
            name = re.search(r'name:\s*"([^"]+)"', text[start:end])
            own = text[start:end].split(".testTarget")[0]
            listed = re.search(r"dependencies:\s*\[([^\]]*)\]", own)
            if name and listed:
                found |= {(name[1], other) for other in re.findall(r'"([^"]+)"', listed[1])}
        return found

    def full_folders(self, limit):
        """(folder, files directly in it) above the limit."""
        count = collections.Counter(f.directory for t in self.targets for f in t.files)
        return [(str(d.relative_to(self.root)), n) for d, n in sorted(count.items())
                if n > limit]

    def long_files(self, limit):
        return [(f"{t.name}/{f.name}", f.lines) for t in self.targets for f in t.files
                if f.lines > limit]
