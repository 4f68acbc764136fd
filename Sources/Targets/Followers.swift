import TFLite

extension Target {
  /// Operators that go with those that read their results.
  enum Followers: Sendable {
    case none
    /// Operators that decode constants: they run where one reader does. Without a reader they run,
    /// unless there is a scale for each channel.
    case decoders
    /// Operators whose results follow from shapes, and handles of variables: they are gone once all
    /// readers run.
    case computable
  }

  /// Turns verdicts of operators whose readers do not run.
  func followReaders(
    _ rows: inout [Assessment.Row], _ views: [OperatorView], _ sources: [[Int]]
  ) {
    guard followers != .none else { return }
    var readers = [[Int]](repeating: [], count: views.count)
    for (position, read) in sources.enumerated() {
      for source in read { readers[source].append(position) }
    }
    for position in views.indices.reversed() where rows[position].verdict.isRun {
      let running = readers[position].count { rows[$0].verdict.isRun }
      let stays =
        switch followers {
        case .none: true
        case .decoders:
          !views[position].isFolded || running > 0
            || readers[position].isEmpty && views[position].input(0)?.isPerChannel != true
        case .computable:
          !views[position].isComputable && views[position].kind != .varHandle
            || running > 0 && running == readers[position].count
        }
      if !stays { rows[position].verdict = .fallsBack(.readerFallsBack) }
    }
  }
}

extension BuiltinOperator {
  fileprivate static let varHandle = Self(named: "VAR_HANDLE") ?? .placeholder
}
