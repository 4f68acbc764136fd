import Compression

/// The one script of the page: a click on a column's heading sorts its table. Without scripts the
/// page only lacks that.
enum HTMLSortScript {
  /// Lets the browser run this script and nothing else, and load nothing.
  static var policy: String {
    var source = source.text
    let digest = source.withUTF8 { SHA256.digest(of: UnsafeRawBufferPointer($0)) }
    return "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(base64(digest))'"
  }

  // No '<' and no '&', which XML reads as markup and HTML does not.
  static let source: Markup = """
    for (const table of document.querySelectorAll('table.sortable')) {
      const heads = Array.from(table.tHead.rows[0].cells);
      heads.forEach((head, column) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = head.textContent;
        head.replaceChildren(button);
        button.addEventListener('click', () => sort(table, heads, column));
      });
    }
    function sort(table, heads, column) {
      const isNumber = heads[column].classList.contains('number');
      const old = heads[column].getAttribute('aria-sort');
      const order = old ? (old === 'ascending' ? 'descending' : 'ascending')
        : (isNumber ? 'descending' : 'ascending');
      const sign = order === 'ascending' ? 1 : -1;
      const value = row => {
        const text = row.cells[column].textContent;
        return isNumber ? parseFloat(text.replace(/,/g, '')) : text;
      };
      const compare = (a, b) => {
        if (!isNumber) return sign * a[0].localeCompare(b[0], 'en', {numeric: true});
        if (isNaN(a[0]) || isNaN(b[0])) return isNaN(a[0]) - isNaN(b[0]);
        return sign * (a[0] - b[0]);
      };
      const body = table.tBodies[0];
      const rows = Array.from(body.rows).map(row => [value(row), row]);
      body.append(...rows.sort(compare).map(pair => pair[1]));
      heads.forEach(head => head.removeAttribute('aria-sort'));
      heads[column].setAttribute('aria-sort', order);
    }
    """

  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      let sextets = [18, 12, 6, 0].map { digits[bits >> $0 & 63] }
      text += sextets.prefix(group.count + 1)
      text += Array(repeating: UInt8(ascii: "="), count: 3 - group.count)
    }
    return String(decoding: text, as: UTF8.self)
  }
}
