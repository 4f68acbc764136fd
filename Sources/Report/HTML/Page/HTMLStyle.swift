/// The style sheet.
enum HTMLStyle {
  static let sheet: Markup =
    "\(HTMLPalette.sheet)\(page)\(headline)\(tables)\(drawings)\(telephone)\(paper)"

  private static let page: Markup = """

    * { box-sizing: border-box; }
    html { color-scheme: light dark; scroll-behavior: smooth; }
    body {
      margin: 0 auto; padding: 2rem 1.5rem 3rem; max-width: 80rem;
      background: var(--ground); color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
        "Liberation Sans", sans-serif;
    }
    code, td.c, .digest {
      font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
      font-size: 0.9em; overflow-wrap: anywhere;
    }
    a { color: var(--accent); }
    h1 { margin: 0 0 1.25rem; font-size: 1.75rem; line-height: 1.25; overflow-wrap: anywhere; }
    h2 { margin: 0 0 0.75rem; font-size: 1.25rem; line-height: 1.3; overflow-wrap: anywhere; }
    section { margin-top: 2.75rem; }
    section p { max-width: 46rem; }
    section p:not(.rest) code { white-space: nowrap; }
    nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 1.25rem 0 0;
      padding: 0.6rem 0; list-style: none; border: solid var(--line); border-width: 1px 0; }
    nav a { text-decoration: none; }
    nav a:hover, nav a:focus-visible { text-decoration: underline; }
    footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--muted);
      font-size: 0.85rem; }
    """

  private static let headline: Markup = """

    .tool { margin: 0 0 0.25rem; color: var(--muted); font-size: 0.85rem; }
    .note { margin: -0.5rem 0 1.25rem; color: var(--low); }
    .tiles { display: flex; flex-wrap: wrap; gap: 0.75rem; }
    .tile { flex: 1 1 13rem; max-width: 24rem; padding: 0.7rem 1rem; border: 1px solid var(--line);
      border-radius: 8px; background: var(--surface); break-inside: avoid; overflow-wrap: anywhere; }
    .tile.much { flex: 2 1 20rem; max-width: 34rem; }
    .tile.low { border-color: var(--low); background: var(--low-ground); color: inherit; }
    .tile.bad { border-color: var(--bad); background: var(--bad-ground); color: inherit; }
    .tile h2 { margin: 0; font-size: 0.85rem; font-weight: 500; color: var(--muted); }
    .tile p { margin: 0.15rem 0 0; }
    .tile .value { font-size: 1.15rem; font-weight: 600; line-height: 1.35; }
    .tile.low .value { color: var(--low); }
    .tile.bad .value { color: var(--bad); }
    .tile .detail { color: var(--muted); font-size: 0.85rem; line-height: 1.4; }
    .share { display: block; height: 0.4rem; margin: 0.3rem 0; border-radius: 3px;
      background: var(--line); overflow: hidden; }
    .share i { display: block; height: 100%; background: var(--accent); }
    td .share { width: 7rem; margin: 0; }
    .box { margin-top: 0.75rem; padding: 0.6rem 1.1rem; border: 1px solid; border-radius: 8px;
      overflow-wrap: anywhere; }
    .box h2 { margin: 0; font-size: 0.95rem; }
    .box p { margin: 0.15rem 0 0; }
    .box ul { margin: 0.25rem 0 0; padding-left: 1.2rem; }
    .warnings { border-color: var(--low); background: var(--low-ground); }
    .warnings h2 { color: var(--low); }
    .advice { border-color: var(--accent); background: var(--advice-ground); }
    .advice h2 { color: var(--accent); }
    .facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.25rem;
      margin: 0; font-size: 0.9rem; }
    .facts dt { color: var(--muted); }
    .facts dd { margin: 0; overflow-wrap: anywhere; }
    .digest { color: var(--muted); }
    """

  private static let tables: Markup = """

    .table { margin-top: 1rem; max-height: 34rem; overflow: auto; }
    .table:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .beside { display: flex; flex-wrap: wrap; gap: 0 2.5rem; }
    .beside .table { flex: 0 1 auto; max-width: 100%; }
    table { border-collapse: separate; border-spacing: 0; min-width: 40%; font-size: 0.87rem;
      line-height: 1.4; }
    caption { padding: 0 0 0.4rem; text-align: left; color: var(--muted); }
    th, td { padding: 0.3rem 0.55rem; text-align: left; vertical-align: baseline; font-weight: 400;
      border-bottom: 1px solid var(--line); white-space: nowrap; }
    th:first-child, td:first-child { padding-left: 0.2rem; }
    thead th { position: sticky; top: 0; z-index: 1; vertical-align: bottom; font-weight: 600;
      background: var(--ground); border-bottom: 2px solid var(--line); }
    tfoot th, tfoot td { border-bottom: 0; font-weight: 600; }
    tbody tr:hover { background: var(--surface); }
    .n, thead .number { text-align: right; font-variant-numeric: tabular-nums; }
    thead .number, thead .prose { white-space: normal; }
    .p { min-width: 14rem; max-width: 26rem; white-space: normal; overflow-wrap: anywhere; }
    @media screen and (min-width: 46.01rem) {
      #graph .p { min-width: 8rem; } /* a column for each target */
    }
    td:empty::before { content: "\\2013"; color: var(--muted); }
    .rest { margin: 0.5rem 0 0; color: var(--muted); font-size: 0.87rem; overflow-wrap: anywhere; }
    .mark { font-weight: 600; color: var(--low); }
    .mark.done { color: var(--good); }
    [title] { text-decoration: underline dotted var(--line); text-underline-offset: 0.2em; }
    .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 0.75rem;
      margin-top: 1rem; font-size: 0.87rem; }
    .tools + .table { margin-top: 0.4rem; }
    .tools input, .tools select { padding: 0.3rem 0.5rem; border: 1px solid var(--line);
      border-radius: 6px; background: var(--ground); color: inherit; font: inherit;
      max-width: 100%; }
    .tools input { width: 14rem; }
    .count { color: var(--muted); }
    thead button { margin: 0; padding: 0; border: 0; background: none; color: inherit; font: inherit;
      text-align: inherit; cursor: pointer; }
    thead button:hover, thead button:focus-visible { text-decoration: underline; }
    thead button::after { content: "\\2195"; margin-left: 0.3em; color: var(--muted); opacity: 0.6; }
    thead [aria-sort] button::after { color: var(--accent); opacity: 1; }
    thead [aria-sort="ascending"] button::after { content: "\\2191"; }
    thead [aria-sort="descending"] button::after { content: "\\2193"; }
    """

  private static let drawings: Markup = """

    figure { margin: 0; max-width: 70rem; }
    svg { display: block; width: 100%; height: auto; }
    .small-charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
      gap: 1.25rem 2rem; }
    figcaption { font-size: 0.85rem; }
    .small-charts figcaption { overflow-wrap: anywhere; }
    svg.narrow { display: none; max-width: 30rem; }
    svg text { fill: var(--ink); font-size: 12px; font-variant-numeric: tabular-nums; }
    svg .muted { fill: var(--muted); }
    svg .end { text-anchor: end; }
    svg .middle { text-anchor: middle; }
    svg .strong { font-weight: 600; }
    svg .grid { stroke: var(--line); }
    svg .limit { stroke: var(--limit); stroke-dasharray: 5 4; }
    svg .way { fill: none; stroke: var(--own, var(--muted)); stroke-width: 1.5; opacity: 0.55; }
    svg .area { opacity: 0.55; }
    svg .outline { fill: none; stroke: var(--own); stroke-width: 1.5; }
    svg .stem { stroke: var(--accent); opacity: 0.5; }
    svg .dot { fill: var(--own, var(--accent)); stroke: var(--ground); }
    svg .dot.good { fill: var(--good); } svg .dot.low { fill: var(--low); }
    svg .dot.bad { fill: var(--bad); }
    svg .hollow { fill: var(--ground); stroke: var(--own); stroke-width: 2; }
    svg .cell:hover, svg .dot:hover { opacity: 0.75; }
    svg .on-part { fill: var(--on-part); pointer-events: none; }
    .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0.5rem 0 0; padding: 0;
      list-style: none; font-size: 0.85rem; color: var(--muted); }
    .swatch { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em;
      border-radius: 2px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    """

  /// A row becomes a card: the name, then its figures, each with its heading.
  private static let telephone: Markup = """

    @media screen and (max-width: 46rem) {
      body { padding: 1.25rem 1rem 2rem; }
      h1 { font-size: 1.35rem; }
      svg.wide { display: none; }
      svg.narrow { display: block; }
      .tile { flex-basis: 100%; max-width: none; padding: 0.55rem 0.8rem; }
      .facts { grid-template-columns: 1fr; gap: 0; }
      .facts dd { margin-bottom: 0.6rem; }
      .cards { min-width: 100%; }
      .beside .table { flex: 1 0 100%; }
      .cards, .cards tbody, .cards tfoot, .cards caption { display: block; }
      .cards thead { display: block; }
      .cards thead tr { display: flex; flex-wrap: wrap; gap: 0 0.9rem; }
      .cards thead th { position: static; padding: 0; border: 0; font-weight: 400;
        font-size: 0.8rem; color: var(--accent); }
      .cards:not(.sortable) thead { display: none; }
      .cards tbody tr:not([hidden]), .cards tfoot tr { display: flex; flex-wrap: wrap;
        align-items: baseline; gap: 0 0.9rem; padding: 0.45rem 0;
        border-top: 1px solid var(--line); }
      .cards tbody th, .cards tfoot th, .cards .p { flex: 1 0 100%; max-width: 100%; min-width: 0; }
      .cards tbody th { order: -1; font-weight: 600; }
      .cards tbody th { overflow-wrap: anywhere; }
      .cards td, .cards tbody th, .cards tfoot th { padding: 0; border: 0; white-space: normal; }
      .cards td:empty { display: none; }
      .cards td::before { content: attr(data-label) "\\00A0"; color: var(--muted);
        font: 0.8rem system-ui, sans-serif; }
      .tools input, .tools select { flex: 1 1 9rem; min-width: 0; }
      td .share { display: inline-block; width: 6rem; vertical-align: middle; }
    }
    """

  private static let paper: Markup = """

    @media print {
      @page { margin: 14mm; }
      html { color-scheme: light; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      nav, .tools, thead button::after { display: none; }
      /* Chromium repeats the headings on each page without what is in their buttons. */
      thead button { display: contents; }
      section { margin-top: 8mm; }
      h2, caption { break-after: avoid; }
      thead, tr, figure { break-inside: avoid; }
      .table { max-height: none; overflow: visible; }
      thead th { position: static; }
      table { font-size: 7pt; }
      th, td { padding: 0.4mm 1mm; white-space: normal; }
      tbody th { min-width: 32mm; }
      .p { min-width: 20mm; }
      .legend { font-size: 7.5pt; }
    }

    """
}
