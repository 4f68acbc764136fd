import Interpreter
import KernelTable
import OpSet
import TFLite

/// For an operator that moves elements: the element of an input that each element of an output is.
struct MovedElements {
  /// Neighbours that come from neighbours.
  private struct Run {
    let output: Int32
    let input: Int32
    let target: Int32
    let source: Int32
    var count: Int32
  }

  private let runs: [Run]
  /// The elements of the operands for which the runs hold.
  private let counts: [Int]

  /// Shorter runs are added without the kernel.
  private static let short: Int32 = 8

  /// Whether every output element can be found among the elements of the inputs.
  static func canFollow(_ node: Node) -> Bool {
    let total = node.inputs.filter { isFollowed($0) }.reduce(0) { $0 + ($1?.count ?? 0) }
    // Floats hold integers exactly below 2^24.
    return total > 0 && total < 1 << 24
      && node.outputs.allSatisfy { $0?.type ?? .float32 == .float32 }
  }

  private static func isFollowed(_ value: Value?) -> Bool {
    value.map { !$0.isKnown && $0.type == .float32 } ?? false
  }

  /// Whether no operand that decides where elements go changes from run to run.
  static func isFixed(_ node: Node) -> Bool {
    node.mode == .ready
      && node.inputs.allSatisfy { $0.map { $0.isKnown || isFollowed($0) } ?? true }
  }

  /// Whether the operands have the number of elements for which this was made.
  func fits(_ node: Node) -> Bool { counts == Self.counts(node) }

  private static func counts(_ node: Node) -> [Int] {
    (node.inputs + node.outputs).map { $0?.count ?? 0 }
  }

  /// Runs the operator on the indices of its inputs' elements, and on the negated indices: an
  /// element that changes its sign was moved. All values are afterwards what they were.
  init(_ node: Node, _ interpreter: Interpreter) throws {
    counts = Self.counts(node)
    let followed = node.inputs.map { Self.isFollowed($0) }
    let (inputs, results) = (node.inputs, node.outputs)
    let before = zip(inputs, followed).map { $1 ? Self.copy($0) : [] }
    let after = results.map(Self.copy)
    var ends: [Int] = []
    for (input, isFollowed) in zip(inputs, followed) {
      ends.append((ends.last ?? 0) + (isFollowed ? input?.count ?? 0 : 0))
    }
    func run(_ sign: Float) throws -> [[Float]] {
      for (index, input) in inputs.enumerated() where followed[index] {
        guard let input else { continue }
        let first = ends[index] - input.count + 1
        for element in 0..<input.count { input.floats[element] = sign * Float(first + element) }
      }
      try node.executeAgain(interpreter.pool)
      return results.map(Self.copy)
    }
    defer {
      for (value, floats) in zip(results, after) { Self.put(floats, into: value) }
      for (index, floats) in before.enumerated() where followed[index] {
        Self.put(floats, into: inputs[index])
      }
    }
    let (up, down) = (try run(1), try run(-1))
    var runs: [Run] = []
    for (output, (plus, minus)) in zip(up, down).enumerated() {
      for (element, (a, b)) in zip(plus, minus).enumerated() {
        guard a >= 1, b == -a, a.rounded() == a,
          let input = ends.firstIndex(where: { Int(a) <= $0 })
        else { continue }
        let source = Int32(Int(a) - 1 - (input == 0 ? 0 : ends[input - 1]))
        if let last = runs.last, last.output == output, last.input == input,
          last.target + last.count == element, last.source + last.count == source
        {
          runs[runs.count - 1].count += 1
        } else {
          runs.append(
            Run(
              output: Int32(output), input: Int32(input), target: Int32(element), source: source,
              count: 1))
        }
      }
    }
    self.runs = runs
  }

  private static func copy(_ value: Value?) -> [Float] {
    value.map { Array(UnsafeBufferPointer(start: $0.floats, count: $0.count)) } ?? []
  }

  private static func put(_ floats: [Float], into value: Value?) {
    floats.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { value?.floats.update(from: start, count: source.count) }
    }
  }

  /// Adds the outputs' gradients to those of the inputs.
  func add(
    _ given: [UnsafeMutablePointer<Float>?], to inputs: [UnsafeMutablePointer<Float>?],
    _ kernels: KernelTable
  ) {
    for run in runs {
      guard let source = given[Int(run.output)], let input = inputs[Int(run.input)] else {
        continue
      }
      let (from, to) = (source + Int(run.target), input + Int(run.source))
      if run.count >= Self.short {
        kernels.accumulate(from, 1, to, Int(run.count))
      } else {
        for index in 0..<Int(run.count) { to[index] += from[index] }
      }
    }
  }
}
