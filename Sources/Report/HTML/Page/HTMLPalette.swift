/// The colours: light by default and on paper, dark where asked for.
enum HTMLPalette {
  // White and near-black text keep a contrast of 4.5 : 1 on every area of their scheme.
  static let sheet: Markup = """

    :root {
      --ground: #ffffff; --surface: #f5f6f8; --ink: #1b1f24; --muted: #59636e; --line: #d8dde3;
      --accent: #2f5fd0; --good: #1a7f37; --bad: #c2262e; --low: #945c00;
      --low-ground: #fff7e0; --bad-ground: #fdeceb; --advice-ground: #edf2fe; --on-part: #ffffff;
      --float32: #2f5fd0; --float16: #6d45b8; --int8: #1a7657; --int4: #a85500; --other: #b02a78;
      --rest: #6b7682; --small: #3f6b8a; --limit: #c2560a;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --ground: #14171b; --surface: #1d2127; --ink: #e7eaee; --muted: #a0aab5; --line: #343b44;
        --accent: #7ea4ff; --good: #5fd47c; --bad: #ff8a80; --low: #f0c463;
        --low-ground: #2b2412; --bad-ground: #331a1a; --advice-ground: #1a2338; --on-part: #101317;
        --float32: #7ea4ff; --float16: #c3a8ff; --int8: #6fd3a5; --int4: #f2b35c; --other: #ff9ad0;
        --rest: #98a3af; --small: #9cc5e0; --limit: #ffb066;
      }
    }
    .good { color: var(--good); } .low { color: var(--low); } .bad { color: var(--bad); }
    .muted, .none { color: var(--muted); }
    svg .enc-float32, svg .series-0 { fill: var(--float32); --own: var(--float32); }
    svg .enc-float16, svg .series-1 { fill: var(--float16); --own: var(--float16); }
    svg .enc-int8, svg .series-2 { fill: var(--int8); --own: var(--int8); }
    svg .enc-int4, svg .series-3 { fill: var(--int4); --own: var(--int4); }
    svg .enc-other { fill: var(--other); } svg .enc-rest { fill: var(--rest); }
    svg .others { fill: var(--small); } .swatch.others { background: var(--small); }
    .swatch.enc-float32, .swatch.series-0 { background: var(--float32); }
    .swatch.enc-float16, .swatch.series-1 { background: var(--float16); }
    .swatch.enc-int8, .swatch.series-2 { background: var(--int8); }
    .swatch.enc-int4, .swatch.series-3 { background: var(--int4); }
    .swatch.enc-other { background: var(--other); } .swatch.enc-rest { background: var(--rest); }
    .swatch.good { background: var(--good); } .swatch.low { background: var(--low); }
    .swatch.bad { background: var(--bad); }
    """
}
