/// Finds the file, folder or array of each model input.
enum InputNames {
  /// Returns the index in `names` for each input: by name, then by position.
  ///
  /// If no name is an input's, position decides for all inputs; if some are, it decides for the
  /// rest. `extra` allows more names than inputs, such as arrays of labels in an archive. `source`
  /// holds `names`.
  static func match(
    _ names: [String], to inputs: [SampleInput], in source: String, extra: Bool
  ) throws(SampleFault) -> [Int] {
    var found = byName(names, inputs)
    let open = found.indices.filter { found[$0] == nil }
    let unused = names.indices.filter { !found.contains($0) }
    let isEnough =
      open.count == unused.count
      || extra && open.count == inputs.count && open.count < unused.count
    if let missing = open.first, !isEnough {
      throw .missingInput(inputs[missing].name, source: source, names: names)
    }
    for (input, index) in zip(open, unused) { found[input] = index }
    return found.compactMap(\.self)
  }

  /// Whether every input has its name among `names`.
  static func areNamed(_ names: [String], after inputs: [SampleInput]) -> Bool {
    !byName(names, inputs).contains(nil)
  }

  /// Matches inputs first by the whole name, then by the name without what converters add, then by
  /// the last component of that.
  private static func byName(_ names: [String], _ inputs: [SampleInput]) -> [Int?] {
    var found = [Int?](repeating: nil, count: inputs.count)
    for key in [{ $0 }, plain, { component(plain($0)) }] as [(String) -> String] {
      let keys = names.map(key)
      let inputKeys = inputs.map { key($0.name) }
      for input in inputs.indices where found[input] == nil {
        let rivals = inputs.indices.filter { found[$0] == nil && inputKeys[$0] == inputKeys[input] }
        let matches = names.indices.filter { keys[$0] == inputKeys[input] && !found.contains($0) }
        if rivals.count == 1 && matches.count == 1 { found[input] = matches[0] }
      }
    }
    return found
  }

  /// "serving_default_x:0" is "x" in the program that made the model.
  private static func plain(_ name: String) -> String {
    let prefix = "serving_default_"
    let start = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    return start.hasSuffix(":0") ? String(start.dropLast(2)) : start
  }

  private static func component(_ name: String) -> String {
    name.split(separator: "/").last.map(String.init) ?? name
  }
}
