/// A page around its header and its sections: one file for a browser, HTML that is also well-formed
/// XML and loads nothing.
struct HTMLLayout {
  let toolVersion: String
  let title: String
  let header: Markup
  let sections: [HTMLSection]

  var markup: Markup {
    """
    <!DOCTYPE html>
    <html xmlns="http://www.w3.org/1999/xhtml" lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta http-equiv="Content-Security-Policy" content="\(HTMLScript.policy)"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <meta name="generator" content="optimize \(toolVersion)"/>
    <title>\(title)</title>
    <style>\(HTMLStyle.sheet)</style>
    </head>
    <body>
    <header>
    \(header)
    </header>
    \(contents)<main>
    \(sections.map(element))</main>
    <footer><p>Written by optimize \(toolVersion). Sizes are decimal: 1 kB is 1,000 \
    bytes.</p></footer>
    <script>\(HTMLScript.source)</script>
    </body>
    </html>

    """
  }

  private var contents: Markup {
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
