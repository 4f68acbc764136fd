import TFLite

/// A handle is the number that the interpreter gives to a name. Variables are values by that
/// number.
extension OpKernel {
  static let varHandle = OpKernel(isPure: false) { preparation in
    let container = preparation.options?[VarHandle.container] ?? ""
    let name = preparation.options?[VarHandle.sharedName] ?? ""
    return try preparation.handle("variable \(container)/\(name)")
  }

  /// Gives a variable the value, and its shape.
  static let assignVariable = OpKernel(isPure: false) { preparation in
    let handle = try preparation.handle(0)
    let value = try preparation.input(1)
    let resources = preparation.runner.resources
    return .once {
      let variable: Value
      if let known = resources.objects[handle.identifier] as? Value, known.type == value.type {
        variable = known
      } else {
        variable = Value(value.tensor, id: value.id)
        resources.objects[handle.identifier] = variable
      }
      variable.setShape(value.shape)
      variable.replace(value.bytes)
    }
  }

  /// As in LiteRT, a declared shape is kept; without one, or with open sizes, the shape is the
  /// variable's.
  static let readVariable = OpKernel(isPure: false) { preparation in
    let handle = try preparation.handle(0)
    let output = try preparation.output()
    let resources = preparation.runner.resources
    let declared = (output.tensor.shape ?? []).map(Int.init)
    let isOpen =
      (declared.isEmpty && !output.tensor.hasRank)
      || output.tensor.shapeSignature?.contains(-1) == true
    if isOpen {
      guard preparation.isRunning else { throw OperatorFault.needsValue(input: 0) }
      try preparation.setShape(try resources.variable(handle, output.type).shape)
    } else {
      try preparation.setShape(declared)
    }
    return .once {
      let variable = try resources.variable(handle, output.type)
      guard variable.shape == output.shape else {
        throw OperatorFault.invalid(
          "the variable has the shape \(variable.shape), expected \(output.shape)")
      }
      output.copyContent(of: variable)
    }
  }
}

/// The operand that names a resource.
struct ResourceHandle {
  fileprivate let value: Value

  var identifier: Int32 { value.base.loadUnaligned(as: Int32.self) }
}

extension Preparation {
  /// Returns the input as a handle.
  func handle(_ index: Int) throws -> ResourceHandle {
    let value = try input(index)
    try require(
      (value.type == .resource || value.type == .int32) && value.count == 1,
      "input \(index) is not a handle")
    return ResourceHandle(value: value)
  }

  /// The output is the handle of a resource.
  func handle(_ name: String) throws -> [Stage] {
    let output = try output()
    try require(output.type == .resource || output.type == .int32, "the output is not a handle")
    try setShape((output.tensor.shape ?? []).map(Int.init))
    let identifier = runner.resources.identifier(name)
    return [.once { output.base.storeBytes(of: identifier, as: Int32.self) }]
  }
}

extension Resources {
  fileprivate func variable(_ handle: ResourceHandle, _ type: TensorType) throws -> Value {
    guard let variable = objects[handle.identifier] as? Value else {
      throw OperatorFault.invalid("the variable has no value yet")
    }
    guard variable.type == type else {
      throw OperatorFault.invalid("the variable is \(variable.type), expected \(type)")
    }
    return variable
  }
}
