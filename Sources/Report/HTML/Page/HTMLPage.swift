/// The whole page: a summary of the changes at the top, then charts, then tables.
struct HTMLPage {
  let report: ReportDocument

  var markup: Markup {
    // Charts come before tables.
    let sections = [
      HTMLChoice.section(report), HTMLFix.section(report),
      HTMLErrors.section(report), HTMLTraining.section(report), HTMLRanges.section(report),
      HTMLWhatIf.section(report),
      HTMLBytes.section(report),
      HTMLQuality.section(report), HTMLOperators.section(report), HTMLConstants.section(report),
      HTMLEntropy.section(report), HTMLPotential.section(report), HTMLPorts.section(report),
      HTMLRun.section(report),
    ].compactMap { $0 }
    let headline = HTMLHeadline(report: report)
    return HTMLLayout(
      toolVersion: report.toolVersion, title: headline.title, header: headline.markup,
      sections: sections
    ).markup
  }
}
