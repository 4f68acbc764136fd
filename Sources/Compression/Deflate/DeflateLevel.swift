/// The effort of the search for repeats. Both levels use zlib's parameters for that number.
package enum DeflateLevel: Int, Sendable, CaseIterable {
  /// The default of `zip`, Android packaging and most servers.
  case six = 6
  /// The slowest search, several times slower on weights with many repeats.
  case nine = 9

  /// After a repeat of at least this many bytes, only a quarter of the chain is searched.
  var goodLength: Int { self == .six ? 8 : 32 }
  /// After a repeat of at least this many bytes, the next position is not searched for a longer
  /// one.
  var lazyLength: Int { self == .six ? 16 : 258 }
  /// A repeat of this many bytes ends the search.
  var niceLength: Int { self == .six ? 128 : 258 }
  var chainLength: Int { self == .six ? 128 : 4096 }
}
