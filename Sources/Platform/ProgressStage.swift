/// A part of the work that may take long, for a line on a terminal.
///
/// Stages nest, and the innermost one counts. Counting is one atomic addition, whoever watches.
package final class ProgressStage: Sendable {
  /// What is done, such as "calibrating".
  package let name: String
  /// The number of units in the stage; 0 if it is not known.
  package let total: Int
  /// Such as "samples".
  package let unit: String
  private let start = Clock.now()
  private let finished = AtomicInteger(0)
  private let tries = AtomicInteger(0)
  private let notes = Mutex("")

  /// The open stages, the outermost first.
  private static let stages = Mutex<[ProgressStage]>([])
  /// Gets a line with each note, where no terminal shows the stages.
  private static let listener = Mutex<(@Sendable (String) -> Void)?>(nil)

  package init(_ name: String, of total: Int = 0, _ unit: String = "") {
    (self.name, self.total, self.unit) = (name, total, unit)
    Self.stages.withLock { $0.append(self) }
  }

  package func end() { Self.stages.withLock { $0.removeAll { $0 === self } } }

  /// Counts units that are done; any thread may call it.
  package func advance(by count: Int = 1) { finished.add(count) }

  /// Counts candidates that the innermost stage tried.
  package static func tried(_ count: Int = 1) {
    stages.withLock { $0.last }?.tries.add(count)
  }

  /// Says what else is known of the stage by now.
  package func note(_ text: String) {
    notes.withLock { $0 = text }
    guard let listener = Self.listener.withLock({ $0 }) else { return }
    let count = total > 0 ? " \(min(done, total)) of \(total) \(unit)" : ""
    let left = secondsLeft.map { ", \(Int($0.rounded(.up))) s left" } ?? ""
    listener("\(name)\(count), \(text)\(left)")
  }

  /// The last note; empty without one.
  package var noted: String { notes.withLock { $0 } }

  /// Calls `body` with a line for each note from now on.
  package static func listen(_ body: @escaping @Sendable (String) -> Void) {
    listener.withLock { $0 = body }
  }

  package static var open: [ProgressStage] { stages.withLock { $0 } }

  package var done: Int { finished.load() }
  package var candidates: Int { tries.load() }
  package var seconds: Double { Clock.now() - start }

  /// The seconds until the stage ends if it goes on as it did; nil if that cannot be told.
  package var secondsLeft: Double? {
    let (done, seconds) = (done, seconds)
    guard total > 0, done > 0, seconds > 1 else { return nil }
    return seconds * Double(max(0, total - done)) / Double(done)
  }
}
