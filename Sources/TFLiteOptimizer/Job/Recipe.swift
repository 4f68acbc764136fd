import JSON
import Optimizer
import Pipelines
import Platform

/// Steps in a JSON file: `{"version": 1, "steps": [{"step": "cluster", "clusters": 32}, …]}`.
///
/// Values are text, numbers, true or false, or an array of texts for an option that may be repeated.
package struct Recipe {
  package let steps: [any Step]

  private static let version = 1

  package init(steps: [any Step]) { self.steps = steps }

  /// Throws `UsageFault` with the place in the file, or what reading it throws.
  package init(_ path: String, _ catalog: StepCatalog) throws {
    let file = try MappedFile(path: path)
    let value: JSONValue
    do {
      value = try JSONParser.value(of: file.bytes)
    } catch {
      throw UsageFault("recipe '\(path)' \(error.text)")
    }
    do throws(UsageFault) {
      steps = try Self.steps(value, catalog)
    } catch {
      throw UsageFault("recipe '\(path)': \(error.message)", notes: error.notes, help: error.help)
    }
  }

  private static func steps(
    _ value: JSONValue, _ catalog: StepCatalog
  ) throws(UsageFault) -> [any Step] {
    guard case .object(let pairs) = value else { throw UsageFault("is not an object") }
    var steps: [any Step]?
    for (key, value) in pairs {
      switch (key, value) {
      case ("version", .integer(Self.version)): continue
      case ("version", _): throw UsageFault("'version' is not \(Self.version)")
      case ("steps", .array(let entries)):
        var list: [any Step] = []
        for (index, entry) in entries.enumerated() {
          do throws(UsageFault) {
            list.append(try step(entry, catalog))
          } catch {
            throw UsageFault("steps[\(index)]: \(error.message)", help: error.help)
          }
        }
        steps = list
      case ("steps", _): throw UsageFault("'steps' is not an array")
      default: throw UsageFault("unknown key '\(key)'", help: "keys: version, steps")
      }
    }
    guard let steps, !steps.isEmpty else { throw UsageFault("has no steps") }
    return steps
  }

  private static func step(
    _ value: JSONValue, _ catalog: StepCatalog
  ) throws(UsageFault) -> any Step {
    guard case .object(let pairs) = value else { throw UsageFault("is not an object") }
    guard case .string(let name)? = pairs.first(where: { $0.key == "step" })?.value else {
      throw UsageFault("has no 'step' with a name")
    }
    return try UsageFault.wrapping { () throws(StepFault) in
      try catalog.step(
        name, GivenOptions(try OptionsJSON.pairs(of: pairs.filter { $0.key != "step" })))
    }
  }

  package var json: JSONValue {
    .object([
      "version": .integer(Self.version),
      "steps": .array(
        steps.map { step in
          .object([("step", .string(step.name))] + OptionsJSON.object(of: step.described))
        }),
    ])
  }
}
