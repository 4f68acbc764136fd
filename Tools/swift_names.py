"""What a Swift file declares and what it uses, read by regular expressions; for structure.py.

No compiler is asked, so that a tree which does not build can be judged too. A name counts only
where it can mean one thing: arrows that are missing are better than arrows that nobody can find.
"""

import re

_SKIP = re.compile(r'//[^\n]*|/\*|#*"""|#*"')
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_MODIFIERS = (r"(?:(?:public|package|internal|fileprivate|private|final|indirect|static|mutating|"
              r"nonmutating|override|nonisolated|class|@\w+(?:\([^)\n]*\))?)\s+)*")
_TOKEN = re.compile(
    rf"(?P<modifiers>\b{_MODIFIERS}|@\w+\s+{_MODIFIERS})(?:"
    r"(?P<keyword>struct|class|enum|protocol|actor|extension)\s+(?P<type>[A-Z]\w*(?:\.\w+)*)"
    r"|typealias\s+(?P<alias>[A-Z]\w*)"
    r"|func\s+`?(?P<function>[a-z_]\w*)"
    r"|(?:var|let)\s+`?(?P<property>[a-z_]\w*))"
    r"|(?<![\w.])case\s+(?P<cases>[a-z]\w*\b[^\n{}]*)"
    r"|(?P<brace>[{}])")
_CASE = re.compile(r"(?:^|,)\s*`?([a-z]\w*)")
_BRACKETS = re.compile(r"\([^()]*\)")
_TYPE_USE = re.compile(r"(?:\b([A-Z]\w*)\s*\.\s*|(?<![\w.]))([A-Z]\w*)")
_MEMBER_USE = re.compile(r"\.([a-z_]\w*)\b")
_OWNED_USE = re.compile(r"\b([A-Z]\w*)\.([a-z_]\w*)")
_TYPED_LIST = re.compile(r":\s*\[?([A-Z]\w*)\]?\s*=\s*(\[[^\]]*\]|\.\w+)")
_LEADING_DOT = re.compile(r"(?<![\w)\]}?!])\.`?([a-z_]\w*)")
_CALL = re.compile(r"(?<![\w.`])([a-z_]\w*)\(")

# Members that the standard library has too: `.append(` says nothing about our own `append`.
STANDARD = set("""
abs addingProduct advanced alignment allocate allSatisfy append appending assign assumingMemoryBound
attoseconds base baseAddress bigEndian bindMemory bitPattern bitWidth byteSwapped capacity clamp
clamped clear compactMap compare components contains copy copyBytes count curr customMirror
deallocate debugDescription decode deinitialize description distance drop dropFirst dropLast element
elementsEqual encode endIndex ends enumerated error evenHalf exponent filter finalize first
firstIndex flatMap flatten floor forEach formIndex formIntersection formSquareRoot formUnion
greatestFiniteMagnitude hash hashValue hasPrefix hasSuffix high highHalf id index indices infinity
init initialize initializeMemory insert intersection isASCII isDisjoint isEmpty isEqual isFinite
isInfinite isLetter isMultiple isNaN isNewline isNumber isSubnormal isSubset isSuperset
isTotallyOrdered isUppercase isWhitespace isZero joined key keys last lastIndex lazy
leadingZeroBitCount leastNonzeroMagnitude leastNormalMagnitude littleEndian load loadUnaligned lock
low lowerBound lowercased lowHalf magnitude makeIterator map mapValues max maximum merge merging
milliseconds min minimum move moveInitialize multipliedFullWidth name nan nanoseconds negate next
nextDown nextUp none nonzeroBitCount oddHalf offset one partition pi pointee popFirst popLast prefix
print quotientAndRemainder randomElement rawValue read rebound reduce remove removeAll removeFirst
removeLast removeSubrange removeValue replace replaceSubrange replacing reserveCapacity resume
reverse reversed round rounded run scalarCount seconds self shape shuffle shuffled sign significand
signum size some sort sorted split squareRoot start startIndex starts stop store storeBytes stride
subtract subtracting suffix sum swapAt symmetricDifference toggle trailingZeroBitCount trimPrefix
truncatingRemainder type uint8 ulp unicodeScalars union unlock update upperBound uppercased utf16
utf8 utf8CodeUnits validate value values w wait withContiguousStorageIfAvailable withMemoryRebound
withUnsafeBufferPointer withUnsafeBytes withUnsafeMutableBufferPointer withUnsafeMutableBytes
withUnsafePointer withUTF8 words write x y yield z zero zip
""".split())


def code_only(text):
    """The text without comments and strings; what stands inside `\\( )` of a string is code."""
    kept, place = [], 0
    while (found := _SKIP.search(text, place)) is not None:
        kept.append(text[place:found.start()])
        token = found.group()
        if token.startswith("//"):
            place = found.end()
        elif token == "/*":
            place = _after_comment(text, found.end())
        else:
            place = _after_string(text, found.end(), token, kept)
        kept.append(" ")
    return "".join(kept) + text[place:]


def _after_comment(text, place):
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(text, place)) is not None:
        depth += 1 if edge.group() == "/*" else -1
        place = edge.end()
    return place if depth == 0 else len(text)


def _after_string(text, place, opening, kept):
    """The end of a string that began before `place`; the code inside it goes to `kept`."""
    hashes = "#" * opening.count("#")
    closing, escape = opening.strip("#") + hashes, "\\" + hashes
    while place < len(text):
        if text.startswith(closing, place):
            return place + len(closing)
        if text.startswith(escape + "(", place):
            inside = place + len(escape) + 1
            place = _after_bracket(text, inside)
            kept.append(" " + code_only(text[inside:place - 1]) + " ")
        else:
            place += len(escape) + 1 if text.startswith(escape, place) else 1
    return place


def _after_bracket(text, place):
    """The end of the bracket that was opened before `place`; a string inside may hold brackets."""
    depth = 1
    while depth and place < len(text):
        if text[place] == '"':
            place = _after_string(text, place + 1, '"', [])
            continue
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        place += 1
    return place


class Names:
    """The names of one file.

    `types`: (outer type or "", name) of what others can see, `hidden`: names that hide others'
    here, `scopes`: the types that the file declares or extends, `members`: functions, cases and
    what extensions add, `owned`: (type, member), `functions`: those outside types, `taken`: member
    names that make one elsewhere ambiguous.
    """

    def __init__(self, text):
        self.code = code_only(text)
        self.types, self.hidden, self.scopes = set(), set(), set()
        self.members, self.owned, self.functions, self.taken = set(), set(), set(), set()
        # (type and what it is nested in, whether private, whether an extension); None: a body.
        self._stack, self._pending = [], None
        for token in _TOKEN.finditer(self.code):
            self._read(token)

    def _read(self, token):
        if token["brace"] == "{":
            self._stack.append(self._pending)
            self._pending = None
        elif token["brace"] == "}":
            self._pending = None
            if self._stack:
                self._stack.pop()
        elif token["cases"]:
            self._cases(token["cases"])
        else:
            self._declaration(token)

    def _inside(self):
        return self._stack[-1] if self._stack else ((), False, False)

    def _cases(self, text):
        if self._inside() is None or not self._stack:
            return  # a pattern of a switch
        while _BRACKETS.search(text):
            text = _BRACKETS.sub("", text)
        names = _CASE.findall(text)
        for name in names:
            self._member(name, self._inside()[1])

    def _declaration(self, token):
        inside = self._inside()
        modifiers = token["modifiers"] or ""
        private = "private" in modifiers or (inside is not None and inside[1])
        if token["keyword"]:
            names = tuple(token["type"].split("."))
            self._pending = (names, private, token["keyword"] == "extension")
            self.scopes.update(names)
            if token["keyword"] != "extension":
                self._type(names[0], inside, private)
        elif token["alias"]:
            self._type(token["alias"], inside, private)
        elif token["function"]:
            self._pending = None
            self._function(token["function"], inside, private)
        else:
            self._pending = None
            name = token["property"]
            self.hidden.add(name)
            if inside is not None and self._stack:
                # A stored property can have the name of a tuple's part; its type is named anyway.
                self._member(name, private, inside[2] or "static" in modifiers)

    def _type(self, name, inside, private):
        self.hidden.add(name)
        if inside is not None and not private:
            self.types.add((inside[0][-1] if inside[0] else "", name))

    def _function(self, name, inside, private):
        self.hidden.add(name)
        if inside is not None and self._stack:
            self._member(name, private)
        elif inside is not None and not private:
            self.functions.add(name)

    def _member(self, name, private, known=True):
        self.taken.add(name)
        if known and not private:
            self.members.add(name)
            self.owned.add((self._inside()[0][-1], name))

    def type_uses(self):
        """(the name before the dot or "", name) of everything that may be a type."""
        return set(_TYPE_USE.findall(self.code))

    def member_uses(self):
        return set(_MEMBER_USE.findall(self.code)) - STANDARD

    def owned_uses(self):
        """(type, member) where the type stands before the dot or before the list."""
        found = set(_OWNED_USE.findall(self.code))
        for owner, values in _TYPED_LIST.findall(self.code):
            found |= {(owner, name) for name in _LEADING_DOT.findall(values)}
        return found

    def calls(self):
        return set(_CALL.findall(self.code)) - self.hidden
