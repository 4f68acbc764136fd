import TFLite

/// One run of a binary operator: the inner loop behind a `BroadcastPlan`.
///
/// A step of 1 takes the next element of the operand, 0 repeats the first.
struct BinaryRun {
  typealias Body = (
    _ a: UnsafeRawPointer, _ aStep: Int, _ b: UnsafeRawPointer, _ bStep: Int,
    _ output: UnsafeMutableRawPointer, _ count: Int
  ) -> Void

  /// Bytes of an operand's and of the output's element.
  let size: Int
  let outputSize: Int
  /// The cost of an element, in elementary operations.
  let cost: Int
  let body: Body

  init(size: Int, outputSize: Int, cost: Int = 1, _ body: @escaping Body) {
    self.size = size
    self.outputSize = outputSize
    self.cost = cost
    self.body = body
  }

  /// out[i] = function(a[i], b[i]) for elements of one type. Use a `BinaryFunction` for a function
  /// with constants of its own: a closure is called for each element.
  @inline(__always)
  init<Element, Result>(
    _ type: Element.Type, cost: Int = 1, _ function: @escaping (Element, Element) -> Result
  ) {
    self.init(
      size: MemoryLayout<Element>.stride, outputSize: MemoryLayout<Result>.stride, cost: cost
    ) { a, aStep, b, bStep, output, count in
      let a = a.assumingMemoryBound(to: Element.self)
      let b = b.assumingMemoryBound(to: Element.self)
      let output = output.assumingMemoryBound(to: Result.self)
      // Separate loops, so that each is vectorized.
      if aStep == 1, bStep == 1 {
        for index in 0..<count { output[index] = function(a[index], b[index]) }
      } else if aStep == 1 {
        let right = b[0]
        for index in 0..<count { output[index] = function(a[index], right) }
      } else if bStep == 1 {
        let left = a[0]
        for index in 0..<count { output[index] = function(left, b[index]) }
      } else {
        let value = function(a[0], b[0])
        for index in 0..<count { output[index] = value }
      }
    }
  }
}

/// A function of two elements with constants of its own.
protocol BinaryFunction {
  associatedtype Element
  associatedtype Result
  func callAsFunction(_ a: Element, _ b: Element) -> Result
}

extension BinaryRun {
  /// out[i] = function(a[i], b[i]).
  init<Function: BinaryFunction>(cost: Int, _ function: Function) {
    self.init(
      size: MemoryLayout<Function.Element>.stride, outputSize: MemoryLayout<Function.Result>.stride,
      cost: cost
    ) { a, aStep, b, bStep, output, count in
      let function = function
      let a = a.assumingMemoryBound(to: Function.Element.self)
      let b = b.assumingMemoryBound(to: Function.Element.self)
      let output = output.assumingMemoryBound(to: Function.Result.self)
      for index in 0..<count { output[index] = function(a[index &* aStep], b[index &* bStep]) }
    }
  }
}

extension Preparation {
  /// Sets the output's shape by broadcasting, and gives the stages that run on it.
  func binaryStages(_ run: BinaryRun, isStrict: Bool = false) throws -> [Stage] {
    let a = try input(0)
    let b = try input(1)
    let output = try output()
    try require(
      !isStrict || a.shape == b.shape, "the shapes \(a.shape) and \(b.shape) differ")
    let plan = try BroadcastPlan([a.shape, b.shape])
    try setShape(plan.shape)
    if run.size == run.outputSize {
      if a.shape == plan.shape { allowOverwriting(input: 0) }
      if b.shape == plan.shape { allowOverwriting(input: 1) }
    }
    if let repeated = RepeatedRow(plan) { return repeated.stages(self, run, a, b, output) }
    let steps = plan.steps
    let (size, outputSize, body) = (run.size, run.outputSize, run.body)
    return plan.stages(cost: run.cost) { offsets, count in
      body(
        a.base + offsets[0] &* size, steps[0], b.base + offsets[1] &* size, steps[1],
        output.base + offsets[3] &* outputSize, count)
    }
  }

  /// Throws unless both inputs have one type and the output has `expected`. Without `expected` the
  /// output gets the inputs' type.
  func requireEqualTypes(output expected: TensorType? = nil) throws {
    let type = try input(0).type
    let second = try input(1).type
    try require(second == type, "the inputs have types \(type) and \(second)")
    guard let expected else {
      // The runtime gives the output the inputs' type, whatever the file says.
      return try output().setType(type)
    }
    let result = try output().type
    try require(result == expected, "the output has type \(result), expected \(expected)")
  }
}
