/// The style sheet. Colours are variables: light by default and on paper, dark where asked for.
enum HTMLStyle {
  static let sheet: Markup = "\(palette)\(page)\(headline)\(tables)\(drawings)\(paper)"

  // White and near-black text keep a contrast of 4.5 : 1 on every bar colour of their scheme.
  private static let palette: Markup = """

    :root {
      --ground: #ffffff; --surface: #f5f6f8; --ink: #1b1f24; --muted: #59636e; --line: #d8dde3;
      --accent: #2f5fd0; --good: #1a7f37; --bad: #c2262e; --caution: #7a4f00;
      --caution-ground: #fff7e0; --outline: #66707b; --tick: #c2560a; --on-part: #ffffff;
      --weights: #2f5fd0; --quantization: #a85500; --names: #1f7a55; --metadata: #b02a78;
      --structure: #6d45b8; --padding: #6b7682; --tail: #b83a31;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --ground: #14171b; --surface: #1d2127; --ink: #e7eaee; --muted: #a0aab5; --line: #343b44;
        --accent: #7ea4ff; --good: #5fd47c; --bad: #ff8a80; --caution: #f0c463;
        --caution-ground: #2b2412; --outline: #98a3af; --tick: #ffb066; --on-part: #101317;
        --weights: #7ea4ff; --quantization: #f2b35c; --names: #6fd3a5; --metadata: #ff9ad0;
        --structure: #c3a8ff; --padding: #98a3af; --tail: #ff9a90;
      }
    }
    """

  private static let page: Markup = """

    * { box-sizing: border-box; }
    html { color-scheme: light dark; scroll-behavior: smooth; }
    body {
      margin: 0 auto; padding: 2.5rem 1.5rem 3rem; max-width: 80rem;
      background: var(--ground); color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
        "Liberation Sans", sans-serif;
    }
    code, td.code, .digest {
      font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
      font-size: 0.9em; overflow-wrap: anywhere;
    }
    a { color: var(--accent); }
    h1 { margin: 0 0 1.25rem; font-size: 1.75rem; line-height: 1.25; overflow-wrap: anywhere; }
    h2 { margin: 0 0 0.75rem; font-size: 1.25rem; line-height: 1.3; }
    section { margin-top: 3rem; }
    section p { max-width: 46rem; }
    nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 1.5rem 0 0;
      padding: 0.75rem 0; list-style: none; border: solid var(--line); border-width: 1px 0; }
    nav a { text-decoration: none; }
    nav a:hover, nav a:focus-visible { text-decoration: underline; }
    footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--muted);
      font-size: 0.85rem; }
    .muted, .none { color: var(--muted); }
    .good { color: var(--good); }
    .bad { color: var(--bad); }
    """

  private static let headline: Markup = """

    .tool { margin: 0 0 0.25rem; color: var(--muted); font-size: 0.85rem; }
    .note { margin: -0.5rem 0 1.25rem; color: var(--caution); }
    .tiles { display: flex; flex-wrap: wrap; gap: 0.75rem; }
    .tile { flex: 1 0 auto; max-width: 100%; padding: 0.8rem 1rem; border: 1px solid var(--line); border-radius: 8px;
      background: var(--surface); break-inside: avoid; }
    .tile h2 { margin: 0; font-size: 0.85rem; font-weight: 500; color: var(--muted); }
    .tile p { margin: 0.15rem 0 0; }
    .tile .value { font-size: 1.2rem; font-weight: 600; line-height: 1.35; }
    .tile .detail { width: 0; min-width: 100%; color: var(--muted); font-size: 0.85rem; }
    .warnings { margin-top: 1rem; padding: 0.75rem 1.1rem; border: 1px solid var(--caution);
      border-radius: 8px; background: var(--caution-ground); overflow-wrap: anywhere; }
    .warnings h2 { margin: 0; font-size: 0.95rem; color: var(--caution); }
    .warnings ul { margin: 0.25rem 0 0; padding-left: 1.2rem; }
    .facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.25rem;
      margin: 1.25rem 0 0; font-size: 0.9rem; }
    .facts dt { color: var(--muted); }
    .facts dd { margin: 0; overflow-wrap: anywhere; }
    .digest { color: var(--muted); }
    """

  private static let tables: Markup = """

    .table { margin-top: 1.25rem; overflow-x: auto; }
    .table:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    table { border-collapse: collapse; min-width: 40%; font-size: 0.87rem; line-height: 1.4; }
    caption { padding: 0 0 0.4rem; text-align: left; color: var(--muted); }
    th, td { padding: 0.3rem 0.55rem; text-align: left; vertical-align: baseline; font-weight: 400;
      border-bottom: 1px solid var(--line); }
    th:first-child, td:first-child { padding-left: 0.2rem; }
    thead th { vertical-align: bottom; font-weight: 600; border-bottom: 2px solid var(--line); }
    tfoot th, tfoot td { border-bottom: 0; font-weight: 600; }
    tbody tr:hover { background: var(--surface); }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    thead .number { white-space: normal; }
    .code, .text { white-space: nowrap; }
    tbody .name, tbody .prose { max-width: 26rem; overflow-wrap: anywhere; }
    tbody .name { min-width: 12rem; }
    tbody .prose { min-width: 14rem; }
    .rest { margin: 0.5rem 0 0; color: var(--muted); font-size: 0.87rem; }
    thead button { margin: 0; padding: 0; border: 0; background: none; color: inherit; font: inherit;
      text-align: inherit; cursor: pointer; }
    thead button:hover, thead button:focus-visible { text-decoration: underline; }
    thead button::after { content: "\\2195"; margin-left: 0.3em; color: var(--muted); opacity: 0.6; }
    thead [aria-sort] button::after { color: var(--accent); opacity: 1; }
    thead [aria-sort="ascending"] button::after { content: "\\2191"; }
    thead [aria-sort="descending"] button::after { content: "\\2193"; }
    """

  private static let drawings: Markup = """

    figure { margin: 0; max-width: 70rem; overflow-x: auto; }
    svg { display: block; width: 100%; min-width: 44rem; height: auto; }
    svg text { fill: var(--ink); font-size: 12px; font-variant-numeric: tabular-nums; }
    svg .muted { fill: var(--muted); }
    svg .end { text-anchor: end; }
    svg .middle { text-anchor: middle; }
    svg .strong { font-weight: 600; }
    svg .filled { fill: var(--accent); }
    svg .outline { fill: none; stroke: var(--outline); stroke-width: 1; }
    svg .grid { stroke: var(--line); }
    svg .tick { stroke: var(--tick); stroke-width: 2; }
    svg .on-part { fill: var(--on-part); }
    .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0.5rem 0 0; padding: 0;
      list-style: none; font-size: 0.85rem; color: var(--muted); }
    .swatch { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em;
      border: 1px solid transparent; border-radius: 2px; print-color-adjust: exact;
      -webkit-print-color-adjust: exact; }
    .swatch.filled { background: var(--accent); }
    .swatch.outline { border-color: var(--outline); }
    .swatch.tick { width: 2px; border: 0; background: var(--tick); vertical-align: -1px; }
    .part.weights { fill: var(--weights); } .swatch.weights { background: var(--weights); }
    .part.quantization { fill: var(--quantization); }
    .swatch.quantization { background: var(--quantization); }
    .part.names { fill: var(--names); } .swatch.names { background: var(--names); }
    .part.metadata { fill: var(--metadata); } .swatch.metadata { background: var(--metadata); }
    .part.structure { fill: var(--structure); } .swatch.structure { background: var(--structure); }
    .part.padding { fill: var(--padding); } .swatch.padding { background: var(--padding); }
    .part.tail { fill: var(--tail); } .swatch.tail { background: var(--tail); }
    """

  private static let paper: Markup = """

    @media print {
      @page { margin: 14mm; }
      html { color-scheme: light; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      nav, thead button::after { display: none; }
      /* Chromium repeats the headings on each page without what is in their buttons. */
      thead button { display: contents; }
      section { margin-top: 8mm; }
      h2, caption { break-after: avoid; }
      thead, tr, figure { break-inside: avoid; }
      .table, figure { overflow: visible; }
      svg { min-width: 0; }
      table { font-size: 7pt; }
      th, td { padding: 0.4mm 1mm; }
      tbody .name { min-width: 32mm; }
      tbody .prose { min-width: 20mm; }
      .legend { font-size: 7.5pt; }
      .text { white-space: normal; }
    }

    """
}
