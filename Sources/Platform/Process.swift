#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Facts about this process.
package enum Process {
  package static var identifier: Int32 { getpid() }

  package static func exit(_ code: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(code)
    #else
      Darwin.exit(code)
    #endif
  }

  /// The machine's memory, in bytes.
  package static var physicalMemory: Int {
    Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// All threads take memory from one heap, in which what one gave back serves the others: a fifth less
  /// at the peak of a search. Kernels allocate nothing while they run.
  package static func shareHeap() {
    #if canImport(Glibc)
      // M_ARENA_MAX, which Swift's Glibc module lacks.
      _ = setOption(-8, 1)
    #endif
  }

  /// The greatest resident size so far, in bytes.
  package static var peakMemory: Int {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(RUSAGE_SELF.rawValue, &usage)
      return Int(usage.ru_maxrss) * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return Int(usage.ru_maxrss)
    #endif
  }
}

#if canImport(Glibc)
  @_silgen_name("mallopt") private func setOption(_ option: Int32, _ value: Int32) -> Int32
#endif
