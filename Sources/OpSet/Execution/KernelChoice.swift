import KernelTable
import Kernels
import KernelsV3
import Platform

extension KernelTable {
  /// Runs on every processor.
  package static var base: KernelTable { Kernels.FloatKernels.table }

  /// Nil where the processor lacks AVX2 or FMA.
  package static var v3: KernelTable? {
    #if arch(x86_64)
      Processor.hasV3 ? KernelsV3.FloatKernels.table : nil
    #else
      nil
    #endif
  }

  /// The best for this processor; `OPTIMIZE_ISA=base` in the environment asks for the base.
  package static let chosen: KernelTable = choice(FileSystem.environment("OPTIMIZE_ISA"))

  /// Returns the kernels for a value of the environment variable.
  static func choice(_ variable: String?) -> KernelTable {
    variable == "base" ? base : v3 ?? base
  }
}
