/// The whole page: a summary of the changes at the top, then charts, then tables.
struct HTMLPage {
  let report: ReportDocument

  var markup: Markup {
    // Charts come before tables.
    let sections = [
      HTMLFix.section(report), HTMLErrors.section(report), HTMLTraining.section(report),
      HTMLRanges.section(report),
      HTMLWhatIf.section(report),
      HTMLBytes.section(report),
      HTMLQuality.section(report), HTMLOperators.section(report), HTMLConstants.section(report),
      HTMLEntropy.section(report), HTMLPotential.section(report), HTMLPorts.section(report),
      HTMLRun.section(report),
    ].compactMap { $0 }
    let headline = HTMLHeadline(report: report)
    return """
      <!DOCTYPE html>
      <html xmlns="http://www.w3.org/1999/xhtml" lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta http-equiv="Content-Security-Policy" content="\(HTMLScript.policy)"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <meta name="generator" content="optimize \(report.toolVersion)"/>
      <title>\(headline.title)</title>
      <style>\(HTMLStyle.sheet)</style>
      </head>
      <body>
      <header>
      \(headline.markup)
      </header>
      \(contents(sections))<main>
      \(sections.map(element))</main>
      <footer><p>Written by optimize \(report.toolVersion). Sizes are decimal: 1 kB is 1,000 \
      bytes.</p></footer>
      <script>\(HTMLScript.source)</script>
      </body>
      </html>

      """
  }

  private func contents(_ sections: [HTMLSection]) -> Markup {
    guard sections.count > 1 else { return "" }
    let links = sections.map { section -> Markup in
      "<li><a href=\"#\(section.id)\">\(section.title)</a></li>"
    }
    return "<nav aria-label=\"Contents\"><ul>\(links)</ul></nav>\n"
  }

  private func element(_ section: HTMLSection) -> Markup {
    """
    <section id="\(section.id)" aria-labelledby="\(section.id)-heading">
    <h2 id="\(section.id)-heading">\(section.title)</h2>
    \(section.body)
    </section>

    """
  }
}
