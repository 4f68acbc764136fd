import TFLite

/// Which constants and operators of two files are the same ones, as their names and the operators
/// that read them say. Either file may come from any converter.
struct ModelPairing {
  /// The tensors with data after that hold the values of a tensor with data before.
  private(set) var constants: [TensorID: [TensorID]] = [:]
  /// The operator after, by the operator before.
  private(set) var operators: [OperatorPlace: OperatorPlace] = [:]
  private let before: Model
  private let after: Model
  /// Tensors after that belong to a constant before.
  private(set) var taken: Set<TensorID> = []

  init(_ before: Model, _ after: Model) {
    (self.before, self.after) = (before, after)
    let old = StoredConstant.all(in: before)
    let new = StoredConstant.all(in: after)
    for (first, second) in subgraphs() {
      let (a, b) = (PairedGraph(before, first, old), PairedGraph(after, second, new))
      pairByName(a.constants, b.constants) { $0.filter { !TensorNames.isGenerated($0) } }
      pairByOperators(a, b)
      pairByName(a.constants, b.constants) { $0.union($0.map(TensorNames.plain)) }
    }
  }

  /// Pairs subgraphs by name, else by place.
  private func subgraphs() -> [(Int, Int)] {
    var free = Array(after.subgraphs.indices)
    var pairs: [Int: Int] = [:]
    func take(_ first: Int, _ isPartner: (Int) -> Bool) {
      guard pairs[first] == nil, let place = free.firstIndex(where: isPartner) else { return }
      pairs[first] = free.remove(at: place)
    }
    for (index, subgraph) in before.subgraphs.enumerated() {
      guard let name = subgraph.name else { continue }
      take(index) { after.subgraphs[$0].name == name }
    }
    for index in before.subgraphs.indices { take(index) { $0 == index } }
    return pairs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  // MARK: Constants

  /// Pairs constants without a partner that share one of the `keys` of their names with exactly one
  /// other.
  private mutating func pairByName(
    _ old: [StoredConstant], _ new: [StoredConstant], _ keys: (Set<String>) -> Set<String>
  ) {
    let first = places(of: old.filter { constants[$0.source] == nil }, before, keys)
    let second = places(of: new.filter { !taken.contains($0.source) }, after, keys)
    for (name, found) in first.sorted(by: { $0.key < $1.key }) where found.count == 1 {
      guard let other = second[name], other.count == 1, constants[found[0].source] == nil,
        !taken.contains(other[0].source),
        found[0].role == other[0].role || isAlike(found[0], other[0])
      else { continue }
      add(other[0], to: found[0])
    }
  }

  private func places(
    of constants: [StoredConstant], _ model: Model, _ keys: (Set<String>) -> Set<String>
  ) -> [String: [StoredConstant]] {
    var places: [String: [StoredConstant]] = [:]
    for constant in constants {
      let names = Set([constant.id, constant.source].map { model[$0].label })
      for key in keys(names.subtracting([""])) { places[key, default: []].append(constant) }
    }
    return places
  }

  private func isAlike(_ old: StoredConstant, _ new: StoredConstant) -> Bool {
    before[old.source].elementCount == after[new.source].elementCount
  }

  /// Whether a part of their names is the same: shapes differ where channels were removed.
  private func sharesNames(_ old: StoredConstant, _ new: StoredConstant) -> Bool {
    let names = [(before, old.source), (after, new.source)].map { model, id in
      TensorNames.isGenerated(model[id].label) ? [] : TensorNames.parts(model[id].label)
    }
    return !names[0].isDisjoint(with: names[1])
  }

  private mutating func add(_ new: StoredConstant, to old: StoredConstant) {
    taken.insert(new.source)
    if constants[old.source, default: []].contains(new.source) { return }
    constants[old.source, default: []].append(new.source)
  }

  // MARK: Operators

  /// Pairs operators, then constants that are the same operand of paired operators. A converter may
  /// store equal constants once, or a shared one for each reader: so one can pair with several.
  private mutating func pairByOperators(_ old: PairedGraph, _ new: PairedGraph) {
    let readOld = Dictionary(uniqueKeysWithValues: old.constants.map { ($0.id.index, $0) })
    let readNew = Dictionary(uniqueKeysWithValues: new.constants.map { ($0.id.index, $0) })
    for (a, b) in OperatorPairing(old, new).partner.sorted(by: { $0.key < $1.key }) {
      let (one, other) = (old.nodes[a].place, new.nodes[b].place)
      operators[OperatorPlace(subgraph: old.subgraph, index: one)] = OperatorPlace(
        subgraph: new.subgraph, index: other)
      for (x, y) in zip(old.inputs(of: one), new.inputs(of: other)) {
        guard let first = readOld[Int(x)], let second = readNew[Int(y)],
          constants[first.source] == nil || !taken.contains(second.source),
          isAlike(first, second) || sharesNames(first, second)
        else { continue }
        add(second, to: first)
      }
    }
  }
}
