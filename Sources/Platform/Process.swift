#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Facts about this process.
package enum Process {
  package static var identifier: Int32 { getpid() }

  package static func exit(_ code: Int32) -> Never { end(code) }

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
    #else
      // Only glibc gives each thread a heap.
    #endif
  }

  /// The greatest resident size so far, in bytes.
  package static var peakMemory: Int {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(RUSAGE_SELF.rawValue, &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    #if os(Linux)
      return Int(usage.ru_maxrss) * 1024
    #else
      return Int(usage.ru_maxrss)
    #endif
  }
}

/// The C library's function, whose name is `Process`' own within it.
private func end(_ code: Int32) -> Never { exit(code) }

#if canImport(Glibc)
  @_silgen_name("mallopt") private func setOption(_ option: Int32, _ value: Int32) -> Int32
#endif
