"""MediaPipe's bundles: ZIPs of stored entries, as its AlignZipFile writes them.

The class itself comes with a package of 300 MB, whose reader judges these files in `make containers`.
"""

import io
import zipfile


class Bundle(zipfile.ZipFile):
    """Zeros stand before local headers, so that data are aligned."""

    def __init__(self, *arguments, alignment=4):
        super().__init__(*arguments, mode="w")
        self.alignment = alignment

    def _writecheck(self, entry):
        entry.date_time = (2026, 1, 1, 0, 0, 0)
        position = self.fp.tell()
        gap = self.alignment - (position + len(entry.FileHeader())) % self.alignment
        self.fp.write(bytes(gap))
        entry.header_offset = position + gap
        super()._writecheck(entry)


def bundle(entries, alignment=4):
    stream = io.BytesIO()
    with Bundle(stream, alignment=alignment) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()
