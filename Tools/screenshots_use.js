// Uses every table as a reader would: sorts by each column, searches, filters. Evaluates to a list
// of sentences about what did not work.
(() => {
  const found = [];
  const visible = table => Array.from(table.tBodies[0].rows).filter(row => !row.hidden);
  for (const table of document.querySelectorAll('table')) {
    const id = table.id;
    const rows = table.tBodies[0].rows;
    const order = Array.from(rows);
    if (table.classList.contains('sortable')) {
      Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
        const button = head.querySelector('button');
        if (!button) { found.push(`${id}: column ${column} has no button`); return; }
        for (const wanted of [1, 2]) {
          button.click();
          const state = head.getAttribute('aria-sort');
          if (!state) found.push(`${id}: column ${column} does not say how it is sorted`);
          const texts = Array.from(rows, row => row.cells[column].textContent);
          if (!head.classList.contains('number')) continue;
          const values = texts.map(text => parseFloat(text.replace(/,/g, '')))
            .filter(value => !isNaN(value));
          const sign = state === 'ascending' ? 1 : -1;
          const wrong = texts.some(text => /[∞x]/.test(text)) ? -1
            : values.findIndex((value, i) => i > 0 && sign * (value - values[i - 1]) < 0);
          if (wrong > 0) found.push(`${id}: column ${column} is not ${state} at row ${wrong}`);
        }
      });
      table.tBodies[0].append(...order);
    }
    const tools = table.parentElement.previousElementSibling;
    if (order.length > 8 && !tools?.classList.contains('tools'))
      found.push(`${id}: ${order.length} rows and no search`);
    if (!tools?.classList.contains('tools')) continue;
    const search = tools.querySelector('input');
    const type = text => {
      search.value = text;
      search.dispatchEvent(new Event('input', {bubbles: true}));
    };
    const word = order[order.length - 1].textContent.trim().split(/\s+/)[0].slice(0, 12);
    type(word);
    const fits = row => (row.textContent + Array.from(row.querySelectorAll('[title]'),
      part => part.title).join(' ')).toLowerCase().includes(word.toLowerCase());
    if (!visible(table).length || !visible(table).every(fits))
      found.push(`${id}: the search for "${word}" shows other rows`);
    type('no such thing');
    if (visible(table).length) found.push(`${id}: the search hides nothing`);
    if (visible(table).some(row => row.getBoundingClientRect().height)) found.push(`${id}: hidden rows show`);
    type('');
    const choice = tools.querySelector('select');
    if (choice) {
      choice.value = choice.options[1].value;
      choice.dispatchEvent(new Event('change', {bubbles: true}));
      const column = Number(table.dataset.filter);
      if (!visible(table).length
          || !visible(table).every(row => row.cells[column].textContent === choice.value))
        found.push(`${id}: the filter shows other rows`);
      choice.value = '';
      choice.dispatchEvent(new Event('change', {bubbles: true}));
    }
    if (visible(table).length !== order.length) found.push(`${id}: rows stay hidden`);
  }
  return found;
})()
