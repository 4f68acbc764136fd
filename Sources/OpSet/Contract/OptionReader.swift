import TFLite

/// What has an operator's options: a missing one has the value that the schema gives it.
package protocol OptionReader {
  var options: Options? { get }
}

extension OptionReader {
  package func option(_ key: OptionKey<Int32>, _ standard: Int = 0) -> Int {
    options?[key].map(Int.init) ?? standard
  }

  package func option(_ key: OptionKey<Bool>) -> Bool { options?[key] ?? false }

  package func option(_ key: OptionKey<Int8>) -> Int { options?[key].map(Int.init) ?? 0 }

  package func option(_ key: OptionKey<Float>, _ standard: Float = 0) -> Float {
    options?[key] ?? standard
  }
}
