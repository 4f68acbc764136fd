import Optimizer
import Pipelines
import TFLiteOptimizer

/// Help, made of the command table: an overview, a short text and a full page of each command.
enum Help {
  static func overview(of table: CommandTable) -> HelpPage {
    var page = HelpPage()
    page.add(
      nil, .paragraph("optimize makes TensorFlow Lite models smaller without hurting them."),
      .usage("optimize <command> MODEL [options]"))
    page.add(nil, .rows(table.all.map { (term: $0.name, text: $0.summary) }))
    page.add(
      nil,
      .paragraph(
        "'optimize help <command>' is a page on a command, 'optimize <command> -h' a short text. "
          + "'optimize help --man' prints all of it as a man page, 'optimize --version' the version."
      ))
    return page
  }

  /// Returns the text of `-h`: what only this command has is explained, what others have too is named.
  static func short(of command: Command) -> HelpPage {
    var page = HelpPage()
    page.add(nil, .paragraph(command.summary), usage(of: command))
    let sections = OptionSection.sections(of: command)
    for (section, options) in sections where section == .what {
      page.add(nil, rows(of: options))
    }
    let others = sections.filter { $0.section != .what }.map { section, options in
      (term: "\(section.rawValue):", text: options.map { $0.names[0] }.joined(separator: ", "))
    }
    if !others.isEmpty { page.add(nil, .rows(others)) }
    page.add(nil, .paragraph("'optimize help \(command.name)' explains all of it."))
    return page
  }

  /// Returns the page of `help COMMAND` and `--help`.
  static func page(of command: Command, _ catalog: StepCatalog) -> HelpPage {
    var page = HelpPage()
    page.add(nil, .paragraph(command.summary), usage(of: command))
    if let files = HelpTopics.files(of: command, catalog) { page.add(nil, .paragraph(files)) }
    if !command.examples.isEmpty { page.add("examples", .examples(command.examples)) }
    for (section, options) in OptionSection.sections(of: command) {
      page.add(section.rawValue, rows(of: options))
      if section == .tensors { page.add(nil, .paragraph(HelpTopics.rules)) }
    }
    if command.options.contains(where: { $0.name == Options.repData.name }) {
      page.add("--rep-data takes", .rows(HelpTopics.samples))
      page.add(nil, .paragraph(HelpTopics.samplesNote))
    }
    page.add(HelpTopics.exitCodesTitle, .rows(HelpTopics.exitCodes))
    return page
  }

  private static func usage(of command: Command) -> HelpPage.Block {
    let operands = command.operands.isEmpty ? "" : " \(command.operands)"
    return .usage(
      "optimize \(command.name)\(operands)\(command.options.isEmpty ? "" : " [options]")")
  }

  private static func rows(of options: [Option]) -> HelpPage.Block {
    .rows(options.map { (term: $0.usage, text: $0.help) })
  }

  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    try invocation.allowPositionals(1)
    let (table, console) = (invocation.table, invocation.console)
    if invocation.arguments.has(Options.man) {
      console.output(ManPage(table).text)
      return .done
    }
    guard let name = invocation.arguments.positionals.first else {
      console.output(overview(of: table).text)
      return .done
    }
    guard let command = table.all.first(where: { $0.name == name }) else {
      throw UsageFault(table.unknown(name), help: "'optimize help' lists the commands")
    }
    console.output(page(of: command, table.catalog).text)
    return .done
  }
}
