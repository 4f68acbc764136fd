import Optimizer

extension StepGrammar {
  static let cluster = StepGrammar(
    name: "cluster",
    keys: [
      "clusters", "per-channel", "shared-codebook", "preserve-zero", "weighted", "entropy",
    ], example: "cluster:clusters=32", make: { pairs throws(UsageFault) in try cluster(pairs) })

  /// The options of the command are the step's, with dashes before them.
  static func cluster(_ arguments: Arguments) throws(UsageFault) -> Step {
    var pairs: Pairs = []
    for key in cluster.keys {
      guard let option = Options.clustering.first(where: { $0.name == "--\(key)" }),
        let value = arguments[option]
      else { continue }
      pairs.append((key, value.isEmpty ? "true" : value))
    }
    if arguments[Options.clusters] == nil {
      guard arguments.has(Options.whatIf) else {
        throw UsageFault("no number of clusters given", help: "such as --clusters 32")
      }
      // The table has several of its own.
      pairs.append(("clusters", "32"))
    }
    guard case .cluster(var options) = try step("cluster", pairs) else { return .rewrite }
    options.signature = arguments[Options.signature]
    return .cluster(options)
  }

  private static func cluster(_ pairs: Pairs) throws(UsageFault) -> Step {
    guard let text = pairs.first(where: { $0.key == "clusters" })?.value else {
      throw UsageFault("step 'cluster' needs clusters", help: "such as cluster:clusters=32")
    }
    guard let clusters = Int(text), (2...256).contains(clusters) else {
      throw UsageFault("'\(text)' is no number of clusters from 2 to 256")
    }
    var options = ClusterOptions(clusters: clusters)
    var scopes: [ClusterOptions.Scope] = []
    for pair in pairs where pair.key != "clusters" {
      let isOn = try flag(pair)
      switch pair.key {
      case "per-channel": if isOn { scopes.append(.channel) }
      case "shared-codebook": if isOn { scopes.append(.shared) }
      case "preserve-zero": options.preservesZero = isOn
      case "weighted": options.isWeighted = isOn
      default: options.isRateAware = isOn
      }
    }
    guard scopes.count < 2 else {
      throw UsageFault("per-channel and shared-codebook exclude each other")
    }
    if let scope = scopes.first { options.scope = scope }
    return .cluster(options)
  }
}
