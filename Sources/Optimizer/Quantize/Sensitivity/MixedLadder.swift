import Evaluation

/// Mixtures of forms, from the smallest file to the best outputs, each with one operator more in a
/// better form than the one before.
///
/// Noise of single operators is taken to add up, which holds where it is little. Of all mixtures in as many
/// bytes those on the ladder then have the least noise, up to the bytes of one operator: each operator
/// goes along the convex hull of its forms, and the one that gains most for a byte goes first.
package struct MixedLadder: Sendable {
  package struct Rung: Sendable {
    /// As `quantize` takes it in a pipeline.
    package let step: String
    /// Of weights and conversions.
    package let bytes: Double
    /// Elements of all weights.
    package let weights: Int
    /// Σ error² ÷ Σ signal² of the worst output, as far as noise adds up.
    package let noise: Double

    package var signal: Double { ErrorStatistics.decibels(1, noise) }
  }

  /// From many errors to few.
  package let rungs: [Rung]

  /// Bytes of a QUANTIZE or DEQUANTIZE with its tensor: 330 in the digit classifier.
  private static let conversion = 330.0
  /// Rungs differ by this much in their signal, in dB: less than samples vary.
  private static let spacing = 1.0

  /// A form of all operators that read the same weights.
  private struct Form {
    /// As `FormRule` names it; the mode's own where nil.
    let names: [String]
    let bytes: Double
    let noise: Double
  }

  private struct Unit {
    let operators: [Int]
    /// Along the lower convex hull, the smallest first.
    let forms: [Form]
    /// Whether it shows no error in any form, and so follows the operator before it: SOFTMAX at the end, before which
    /// errors are measured, would cut and round scores of 16 bits to 8.
    let follows: Bool
    /// The form that it has so far.
    var place = 0
  }

  /// Mixtures around a form: with `int8` some operators have int16 activations; with `int16x8` all
  /// that can; with `weightsOnly` none is an integer. `sensitivities` must have all forms.
  package init(_ sensitivities: Sensitivities, around mode: OperatorForm) {
    let weights = sensitivities.weights
    var groups: [Int: [OperatorSensitivity]] = [:]
    for row in sensitivities.operators { groups[row.owner, default: []].append(row) }
    var units = groups.keys.sorted().compactMap { owner -> Unit? in
      let rows = groups[owner] ?? []
      let all = Self.forms(of: rows, sensitivities.forms, around: mode)
      let forms = Self.hull(all)
      return forms.isEmpty
        ? nil
        : Unit(
          operators: rows.map(\.index), forms: forms,
          follows: forms[0].names.isEmpty && all.allSatisfy { $0.noise == 0 }
            && all.contains { $0.names == [Self.wide] })
    }
    var upgrades: [(unit: Int, gain: Double)] = []
    for (index, unit) in units.enumerated() {
      for (old, new) in zip(unit.forms, unit.forms.dropFirst()) {
        upgrades.append((index, (old.noise - new.noise) / max(new.bytes - old.bytes, 1)))
      }
    }
    var (bytes, noise) = units.reduce((0, 0)) {
      ($0.0 + $1.forms[0].bytes, $0.1 + $1.forms[0].noise)
    }
    var rungs = [Rung(step: Self.step(units, mode), bytes: bytes, weights: weights, noise: noise)]
    // The order of equal gains is that of operators, whatever the sort does.
    let order = upgrades.indices.sorted {
      (-upgrades[$0].gain, $0) < (-upgrades[$1].gain, $1)
    }
    for (position, index) in order.enumerated() {
      let unit = upgrades[index].unit
      let (old, new) = (
        units[unit].forms[units[unit].place], units[unit].forms[units[unit].place + 1]
      )
      units[unit].place += 1
      noise = max(0, noise + new.noise - old.noise)
      bytes += new.bytes - old.bytes
      let rung = Rung(step: Self.step(units, mode), bytes: bytes, weights: weights, noise: noise)
      let isLast = position == order.count - 1
      if isLast || rung.signal >= (rungs.last?.signal ?? 0) + Self.spacing { rungs.append(rung) }
    }
    self.rungs = rungs
  }

  // MARK: Forms

  private static let wide = OperatorForm.int16x8.rawValue

  private static func forms(
    of rows: [OperatorSensitivity], _ measured: [SensitivityForm], around mode: OperatorForm
  ) -> [Form] {
    let weights = Double(rows.reduce(0) { $0 + $1.weights })
    /// Nil where an operator lacks the form.
    func noise(_ index: Int) -> Double? {
      let noises = rows.compactMap { $0.noises[index] }
      return noises.count == rows.count ? noises.reduce(0, +) : nil
    }
    let islands = mode == .weightsOnly ? 0 : 2 * conversion * Double(rows.count)
    var forms: [Form] = measured.enumerated().compactMap { index, form in
      let isOther = form.form != mode
      guard !isOther || mode == .int8 && form.form == .int16x8, !form.isNarrow || weights > 0,
        let noise = noise(index)
      else { return nil }
      return Form(
        names: (isOther ? [form.form.rawValue] : []) + (form.isNarrow ? ["int4"] : []),
        bytes: weights * (form.isNarrow ? 0.5 : 1) + (isOther ? islands : 0), noise: noise)
    }
    guard !forms.isEmpty else { return [] }
    // Without weights it is the form in which an operator stays float.
    let float = weights > 0 ? "float16" : "float"
    forms.append(Form(names: [float], bytes: 2 * weights + islands + conversion, noise: 0))
    return forms
  }

  /// Returns the forms of the lower convex hull of bytes and noise, the smallest first.
  private static func hull(_ forms: [Form]) -> [Form] {
    var hull: [Form] = []
    for form in forms.sorted(by: { ($0.bytes, $0.noise) < ($1.bytes, $1.noise) }) {
      guard form.noise < hull.last?.noise ?? .infinity else { continue }
      while hull.count > 1 {
        let (a, b) = (hull[hull.count - 2], hull[hull.count - 1])
        let slope = (a.noise - b.noise) * (form.bytes - b.bytes)
        guard slope <= (b.noise - form.noise) * (b.bytes - a.bytes) else { break }
        hull.removeLast()
      }
      hull.append(form)
    }
    return hull
  }

  private static func step(_ units: [Unit], _ mode: OperatorForm) -> String {
    var names: [Int: [String]] = [:]
    for unit in units {
      for index in unit.operators { names[index] = unit.forms[unit.place].names }
    }
    for index in units.filter(\.follows).flatMap(\.operators) where names[index - 1] == [wide] {
      names[index] = [wide]
    }
    var operators: [String: [Int]] = [:]
    for (index, names) in names {
      for name in names { operators[name, default: []].append(index) }
    }
    let rules = operators.keys.sorted().map { name in
      ",form=" + FormRule.text(name, (operators[name] ?? []).sorted())
    }
    let start = mode == .weightsOnly ? "dynamic,weights-only=true" : mode.rawValue
    return "quantize:mode=\(start)" + rules.joined()
  }
}
