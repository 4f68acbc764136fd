import Platform
import Report

/// The line on a terminal that says what the tool is busy with.
enum ProgressLine {
  /// Work that is done sooner shows no line.
  private static let patience = 0.7
  /// The seconds between two looks: ten a second are as many as people see.
  private static let interval = 0.1

  /// Shows the line until the process ends.
  static func start() {
    let start = Clock.now()
    Threads.detach {
      var shown = ""
      while true {
        Clock.sleep(seconds: interval)
        guard Clock.now() - start > patience else { continue }
        let text = text(of: ProgressStage.open, columns: Terminal.columns)
        guard text != shown else { continue }
        Terminal.show(text)
        shown = text
      }
    }
  }

  /// Returns a line that is shorter than `columns`. If there is no room, outer stages are left out
  /// first, then units, then the time.
  static func text(of stages: [ProgressStage], columns: Int) -> String {
    guard let first = stages.first, let last = stages.last else { return "" }
    let total = last.total
    let done = total > 0 ? "\(min(last.done, total)) of \(total)" : nil
    let tries = last.candidates > 0 ? Numbers.counted(last.candidates, "candidate") : nil
    let time = last.secondsLeft.map { "\(duration($0)) left" } ?? duration(first.seconds)
    let outer = first.name == last.name ? [last.name] : ["\(first.name) · \(last.name)", last.name]
    let note = last.noted.isEmpty ? nil : last.noted
    var forms = outer.map { [$0, done.map { "\($0) \(last.unit)" }, tries, note, time] }
    forms += outer.suffix(1).map { [$0, done, tries, note, time] }
    forms += [[last.name, done, tries, time], [last.name, done], [last.name]]
    let lines = forms.map { $0.compactMap(\.self).joined(separator: ", ") }
    return lines.first { $0.count < columns }
      ?? ReadableText.shortened(last.name, to: max(1, columns - 1))
  }

  private static func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    switch whole {
    case ..<100: return "\(whole) s"
    case ..<6000: return "\((whole + 30) / 60) min"
    default: return "\((whole + 1800) / 3600) h"
    }
  }
}
