// What a reader would dislike in a page of the report. Evaluates to a list of sentences.
(() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  const name = element => {
    const text = (element.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 40);
    const id = element.closest('[id]')?.id || '';
    return `${element.tagName.toLowerCase()} in #${id} "${text}"`;
  };
  const shown = element => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden';
  };
  const scrolls = element => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
  const clipOf = element => {
    let clip = {left: -1e9, top: -1e9, right: 1e9, bottom: 1e9};
    for (let up = element; up; up = up.parentElement) {
      if (!scrolls(up) && getComputedStyle(up).overflowY === 'visible') continue;
      if (up === document.documentElement || up === document.body) continue;
      const box = up.getBoundingClientRect();
      clip = {left: Math.max(clip.left, box.left), top: Math.max(clip.top, box.top),
              right: Math.min(clip.right, box.right), bottom: Math.min(clip.bottom, box.bottom)};
    }
    return clip;
  };

  if (document.documentElement.scrollWidth > width)
    found.push(`the page is ${document.documentElement.scrollWidth} px wide in ${width}`);

  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('svg') || !shown(element) || scrolls(element)) continue;
    if (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
      found.push(`cut: ${name(element)} needs ${element.scrollWidth} of ${element.clientWidth} px`);
  }

  // Letters in a cell must be seen without scrolling on a telephone.
  if (width < 600) for (const cell of document.querySelectorAll('td, tbody th')) {
    if (!shown(cell)) continue;
    const box = cell.getBoundingClientRect();
    if (box.right > width + 1 || box.left < 0) found.push(`off the screen: ${name(cell)}`);
  }

  const boxes = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest('svg, script, style, option')) continue;
    const clip = clipOf(parent);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      const part = {left: Math.max(box.left, clip.left), right: Math.min(box.right, clip.right),
                    top: Math.max(box.top, clip.top), bottom: Math.min(box.bottom, clip.bottom),
                    node, parent};
      if (part.right - part.left > 1 && part.bottom - part.top > 1) boxes.push(part);
    }
  }
  boxes.sort((a, b) => a.top - b.top);
  for (let first = 0; first < boxes.length; first += 1)
    for (let second = first + 1; second < boxes.length; second += 1) {
      const [a, b] = [boxes[first], boxes[second]];
      if (b.top > a.bottom - 4) break;
      if (a.node === b.node || getComputedStyle(a.parent.closest('th') || a.parent).position === 'sticky'
          || getComputedStyle(b.parent.closest('th') || b.parent).position === 'sticky') continue;
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2)
        found.push(`text over text: ${name(a.parent)} and ${name(b.parent)}`);
    }

  for (const svg of document.querySelectorAll('svg')) {
    if (!shown(svg)) continue;
    const frame = svg.getBoundingClientRect();
    const texts = Array.from(svg.querySelectorAll('text'), text => {
      const box = text.getBoundingClientRect();
      return {text, box};
    });
    for (const {text, box} of texts) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
          || box.bottom > frame.bottom + 1)
        found.push(`outside its drawing: ${name(text)}`);
      if (parseFloat(getComputedStyle(text).fontSize) * frame.width / svg.viewBox.baseVal.width < 9)
        found.push(`too small: ${name(text)}`);
      const cell = text.classList.contains('on-part') ? text : null;
      if (!cell) continue;
      const area = Array.from(svg.querySelectorAll('.cell'), part => part.getBoundingClientRect())
        .find(part => box.left >= part.left && box.left <= part.right && box.top >= part.top
                      && box.top <= part.bottom);
      if (!area || box.right > area.right + 1 || box.bottom > area.bottom + 1)
        found.push(`wider than its area: ${name(text)}`);
    }
    texts.forEach((a, index) => texts.slice(index + 1).forEach(b => {
      if (Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > 1
          && Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top) > 2)
        found.push(`label over label: ${name(a.text)} and ${name(b.text)}`);
    }));
  }
  return found;
})()
