import Foundation
import KernelTable
import Platform
import Testing

@testable import OpSet

/// Judge: the README, for the variable; `/proc/cpuinfo`, for what the processor has.
@Suite struct KernelChoiceTests {
  @Test func `OPTIMIZE_ISA=base asks for the kernels of every processor`() {
    #expect(KernelTable.choice("base").name == "base")
  }

  @Test("Anything else takes the best", arguments: [nil, "", "v3", "BASE"])
  func best(_ variable: String?) {
    #expect(KernelTable.choice(variable).name == (KernelTable.v3 == nil ? "base" : "v3"))
  }

  @Test func `The environment decides`() {
    let variable = FileSystem.environment("OPTIMIZE_ISA")
    #expect(KernelTable.chosen.name == KernelTable.choice(variable).name)
  }

  #if os(Linux) && arch(x86_64)
    @Test func `The processor is known as the system knows it`() throws {
      let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") }
      let known = Set((flags ?? "").split(separator: " ").map(String.init))
      let needed: Set = ["fma", "movbe", "avx", "f16c", "bmi1", "avx2", "bmi2"]
      #expect(Processor.hasV3 == needed.isSubset(of: known))
    }
  #endif
}
