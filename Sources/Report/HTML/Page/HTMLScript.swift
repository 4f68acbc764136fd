import Compression

/// The one script of the page: it sorts, searches and filters tables, and names the cells of narrow
/// ones. Without scripts the page only lacks that.
enum HTMLScript {
  /// Lets the browser run this script and nothing else, and load nothing.
  static var policy: String {
    var source = source.text
    let digest = source.withUTF8 { SHA256.digest(of: UnsafeRawBufferPointer($0)) }
    return "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(base64(digest))'"
  }

  // No '<' and no '&', which XML reads as markup and HTML does not.
  static let source: Markup = """
    for (const table of document.querySelectorAll('table')) {
      const heads = Array.from(table.tHead.rows[0].cells);
      const rows = Array.from(table.tBodies[0].rows);
      const foot = table.tFoot ? Array.from(table.tFoot.rows) : [];
      const names = heads.map(head => head.textContent);
      // A telephone shows a row as a card: the headings are not above its cells.
      for (const row of rows.concat(foot))
        Array.from(row.cells).forEach((cell, column) => { cell.dataset.label = names[column]; });
      table.classList.add('cards');
      if (rows.length === 1) table.classList.remove('sortable');
      if (table.classList.contains('sortable')) heads.forEach((head, column) => {
        const button = make('button', {type: 'button', textContent: head.textContent});
        head.replaceChildren(button);
        button.addEventListener('click', () => sort(table, heads, column));
      });
      if (rows.length > 8) addTools(table, rows, names);
    }
    function make(name, values) {
      return Object.assign(document.createElement(name), values);
    }
    function addTools(table, rows, names) {
      const words = rows.map(row => (row.textContent + ' ' + Array.from(
        row.querySelectorAll('[title]'), part => part.title).join(' ')).toLowerCase());
      const search = make('input', {type: 'search', placeholder: 'Search'});
      search.setAttribute('aria-label', 'Search in: ' + table.caption.textContent);
      const count = make('span', {className: 'count'});
      count.setAttribute('role', 'status');
      const tools = make('div', {className: 'tools'});
      tools.append(search);
      const column = table.dataset.filter;
      const choice = column ? choose(rows, Number(column), names) : null;
      if (choice) tools.append(choice);
      tools.append(count);
      const update = () => {
        const wanted = search.value.toLowerCase().split(' ').filter(word => word);
        let shown = 0;
        rows.forEach((row, index) => {
          const fits = wanted.every(word => words[index].includes(word))
            ? !choice || !choice.value || row.cells[column].textContent === choice.value : false;
          row.hidden = !fits;
          if (fits) shown += 1;
        });
        count.textContent = (shown === rows.length ? '' : shown + ' of ') + rows.length + ' rows';
      };
      search.addEventListener('input', update);
      if (choice) choice.addEventListener('change', update);
      update();
      table.parentElement.before(tools);
    }
    function choose(rows, column, names) {
      const counts = new Map();
      for (const row of rows) {
        const text = row.cells[column].textContent;
        if (text) counts.set(text, (counts.get(text) || 0) + 1);
      }
      if (!(counts.size > 1)) return null;
      const list = make('select', {});
      list.setAttribute('aria-label', names[column]);
      list.append(make('option', {value: '', textContent: names[column] + ': all'}));
      for (const text of Array.from(counts.keys()).sort())
        list.append(make('option', {value: text, textContent: text + ' (' + counts.get(text) + ')'}));
      return list;
    }
    function sort(table, heads, column) {
      const isNumber = heads[column].classList.contains('number');
      const old = heads[column].getAttribute('aria-sort');
      const order = old ? (old === 'ascending' ? 'descending' : 'ascending')
        : (isNumber ? 'descending' : 'ascending');
      const sign = order === 'ascending' ? 1 : -1;
      const value = row => {
        const text = row.cells[column].textContent;
        return isNumber ? parseFloat(text.replace(/,/g, '').replace('−', '-')
          .replace('exact', 'Infinity').replace('∞', 'Infinity')) : text;
      };
      const compare = (a, b) => {
        if (!isNumber) return sign * a[0].localeCompare(b[0], 'en', {numeric: true});
        if (isNaN(a[0]) || isNaN(b[0])) return isNaN(a[0]) - isNaN(b[0]);
        return a[0] === b[0] ? 0 : sign * (a[0] > b[0] ? 1 : -1);
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
