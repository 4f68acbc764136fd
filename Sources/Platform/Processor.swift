#if arch(x86_64)
  import _Builtin_intrinsics.intel.cpuid
#endif

/// The instruction sets that the processor and the system support.
package enum Processor {
  /// AVX2, FMA, BMI and F16C, and a system that saves extended registers: x86-64-v3.
  package static let hasV3: Bool = {
    #if arch(x86_64)
      var (a, b, c, d): (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
      guard __get_cpuid_count(1, 0, &a, &b, &c, &d) != 0 else { return false }
      // FMA, MOVBE, OSXSAVE, AVX, F16C.
      let needed: UInt32 = 1 << 12 | 1 << 22 | 1 << 27 | 1 << 28 | 1 << 29
      guard c & needed == needed, __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 else {
        return false
      }
      // BMI1, AVX2, BMI2.
      let wide: UInt32 = 1 << 3 | 1 << 5 | 1 << 8
      return b & wide == wide
    #else
      return false
    #endif
  }()
}
