"""The commands of README.md and of the guides, by the rules of CONTRIBUTING.md, and what they print."""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENTS = ["README.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "Guides").glob("*.md"))]
RUN = "swift run -c release optimize "


@dataclasses.dataclass
class Example:
    """Commands, each with its exit code, and the lines that they print (None: not shown); or a file."""
    place: str
    commands: list = dataclasses.field(default_factory=list)
    shown: list | None = None
    file: str = ""
    lines: list = dataclasses.field(default_factory=list)


def examples(document, root=ROOT):
    found, before = [], None
    text = (root / document).read_text()
    for match in re.finditer(r"^```(\w*) ?(.*)\n((?:.*\n)*?)```$", text, re.M):
        language, file, body = match[1], match[2], match[3]
        place = f"{document}:{text.count(chr(10), 0, match.start()) + 2}"
        if language == "sh":
            lines = [line for line in body.replace("\\\n", " ").split("\n") if line]
            codes = [re.search(r"\s# exit (\d+)", line) for line in lines]
            found.append(Example(place, [(line, int(code[1]) if code else 0)
                                         for line, code in zip(lines, codes)]))
        elif language == "text" and before == "sh":
            found[-1].shown = body.split("\n")[:-1]
        elif file:
            found.append(Example(place, file=file, lines=body.split("\n")))
        before = language
    return found


def matches(shown, real):
    """Whether real lines are the shown ones, where a line of dots stands for any lines."""
    if not shown:
        return not real
    if shown[0] != "…":
        return bool(real) and real[0] == shown[0] and matches(shown[1:], real[1:])
    return any(matches(shown[1:], real[start:]) for start in range(len(real) + 1))
