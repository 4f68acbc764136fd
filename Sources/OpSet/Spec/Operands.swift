/// The roles of an operator's inputs, by position.
package struct Operands: Sendable, ExpressibleByArrayLiteral {
  let roles: [Role]
  /// The role of every input behind `roles`; nil where the operator has no more.
  let rest: Role?
  /// Another layout, told by its number of inputs.
  let alternative: Alternative?

  struct Alternative: Sendable {
    let count: Int
    let roles: [Role]
  }

  init(_ roles: [Role], rest: Role? = nil, alternative: Alternative? = nil) {
    self.roles = roles
    self.rest = rest
    self.alternative = alternative
  }

  package init(arrayLiteral roles: Role...) { self.init(roles) }

  static func variadic(_ role: Role) -> Self { Self([], rest: role) }

  static let none: Self = []
  static let activation: Self = [.activation]
  static let activations: Self = [.activation, .activation]
  /// Data, then axes, a shape or sizes.
  static let activationAndIndex: Self = [.activation, .index]

  /// An input that the operator does not have is never quantized.
  func role(at index: Int, count: Int) -> Role {
    let roles = if let alternative, alternative.count == count { alternative.roles } else { roles }
    return roles.indices.contains(index) ? roles[index] : rest ?? .index
  }
}
