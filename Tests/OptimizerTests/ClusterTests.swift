import Foundation
import Pipelines
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Judged by the values in the written file.
@Suite struct ClusterTests {
  static func step(
    _ clusters: Int, _ change: (inout ClusterOptions) -> Void = { _ in }
  ) -> ClusterStep {
    var options = ClusterOptions(clusters: clusters)
    change(&options)
    return ClusterStep(options)
  }

  /// A fully connected layer of 32 rows with ranges that differ, some zeros, one dead row.
  static func layer(hasZeros: Bool = false) throws -> ModelFile {
    var maker = ModelMaker()
    let input = maker.input("x", [1, 64])
    var values = weights(32 * 64)
    for index in values.indices {
      values[index] *= 1 + Float(index / 64)
      if hasZeros, index % 3 == 0 { values[index] = 0 }
      if index / 64 == 5 { values[index] = index % 64 == 0 ? 1e-7 : 0 }
      if values[index] == 0, !hasZeros, index / 64 != 5 { values[index] = 0.01 }
    }
    let filter = maker.constant("w", [32, 64], values)
    let bias = maker.constant("b", [32], weights(32, seed: 4))
    let output = maker.operation(
      "FULLY_CONNECTED", [input, filter, bias], "y", [1, 32], options: OptionTag.fullyConnected)
    maker.output(output)
    return try maker.file()
  }

  static func rows<T>(_ values: [T]) -> [[T]] {
    stride(from: 0, to: values.count, by: 64).map { Array(values[$0..<$0 + 64]) }
  }

  @Test(arguments: [2, 3, 16, 256]) func aTensorHasAtMostSoManyValues(_ clusters: Int) throws {
    let file = try Self.layer()
    let result = try Optimized(file, Self.step(clusters))
    let values = try result.file.floats(of: try #require(result.file.tensor("w")))
    #expect(Set(values).count <= clusters)
    #expect(Set(values).count >= min(clusters, 250) - 1)
    let before = try file.floats(of: try #require(file.tensor("b")))
    #expect(try result.file.floats(of: try #require(result.file.tensor("b"))) == before)
  }

  @Test func aChannelHasAtMostSoManyValues() throws {
    let result = try Optimized(try Self.layer(), Self.step(8) { $0.scope = .channel })
    let values = try result.file.floats(of: try #require(result.file.tensor("w")))
    for row in Self.rows(values) { #expect(Set(row).count <= 8) }
    #expect(Set(values).count > 100)
  }

  @Test(arguments: [ClusterScope.tensor, .channel, .shared], [false, true])
  func zerosStayZeros(_ scope: ClusterScope, _ isRateAware: Bool) throws {
    let file = try Self.layer(hasZeros: true)
    let before = try file.floats(of: try #require(file.tensor("w")))
    let result = try Optimized(
      file,
      Self.step(16) {
        $0.scope = scope
        $0.isRateAware = isRateAware
      })
    let after = try result.file.floats(of: try #require(result.file.tensor("w")))
    for (old, new) in zip(before, after) where old == 0 { #expect(new == 0) }
  }

  @Test(arguments: [false, true]) func int8KeepsASharedCodebook(_ isRateAware: Bool) throws {
    let cluster = Self.step(16) {
      $0.scope = .shared
      $0.isRateAware = isRateAware
    }
    let floats = try Optimized(try Self.layer(), cluster)
    let integers = try Optimized(try Self.layer(), cluster, .dynamic)
    let again = try Optimized(floats.file, .dynamic)
    for result in [integers, again] {
      let tensor = try #require(result.file.tensor("w"))
      #expect(tensor.type == .int8)
      let levels = try result.file.bytes(of: tensor).map { Int8(bitPattern: $0) }
      #expect(Set(levels).count <= 16)
      // The integers stand for the clustered values: nothing is lost on the way.
      let scales = try #require(tensor.quantization?.scale)
      let values = try floats.file.floats(of: try #require(floats.file.tensor("w")))
      for (index, level) in levels.enumerated() {
        let value = Double(values[index])
        #expect(
          abs(Double(level) * Double(scales[index / 64]) - value) <= 1e-6 * abs(value) + 1e-12)
      }
    }
  }

  @Test func weightsShareTheIntegersOfACodebook() throws {
    var maker = ModelMaker()
    var last = maker.input("x", [1, 64])
    let originals = (0..<3).map { weights(64 * 64, seed: UInt64($0 + 1)) }
    for (index, values) in originals.enumerated() {
      let filter = maker.constant("w\(index)", [64, 64], values)
      last = maker.operation(
        "FULLY_CONNECTED", [last, filter, -1], "y\(index)", [1, 64],
        options: OptionTag.fullyConnected)
    }
    maker.output(last)
    let file = try maker.file()
    let result = try Optimized(file, Self.step(16) { $0.scope = .shared }, .dynamic)
    var used: Set<Int8> = []
    for (index, original) in originals.enumerated() {
      let tensor = try #require(result.file.tensor("w\(index)"))
      let integers = try result.file.bytes(of: tensor).map { Int8(bitPattern: $0) }
      used.formUnion(integers)
      let scales = try #require(tensor.quantization?.scale)
      // Sixteen levels at equal distances, over all of a row's values.
      var (error, uniform) = (0.0, 0.0)
      for (place, row) in Self.rows(original).enumerated() {
        let step = Double(row.map(abs).max() ?? 0) / 7.5
        for (column, value) in row.enumerated() {
          let level = Double(integers[place * 64 + column]) * Double(scales[place])
          error += (Double(value) - level) * (Double(value) - level)
          let nearest = ((Double(value) / step - 0.5).rounded() + 0.5) * step
          uniform += (Double(value) - nearest) * (Double(value) - nearest)
        }
      }
      #expect(error < 0.8 * uniform)
    }
    #expect(used.count <= 16)
  }

  @Test func float16KeepsTheNumberOfValuesOfEachChannel() throws {
    let result = try Optimized(try Self.layer(), Self.step(16) { $0.scope = .shared }, .float16)
    let tensor = try #require(result.file.model.subgraphs[0].tensors.first { $0.type == .float16 })
    let halves = try result.file.bytes(of: tensor).elements(UInt16.self)
    for row in Self.rows(halves) { #expect(Set(row).count <= 16) }
  }

  @Test func theSameBytesOnAnyNumberOfThreads() throws {
    for scope in [ClusterScope.tensor, .channel, .shared] {
      let step = Self.step(16) { $0.scope = scope }
      let one = try Optimized(try Self.layer(), step)
      let four = try Optimized(try Self.layer(), step, threads: 4)
      #expect(Array(one.file.bytes) == Array(four.file.bytes))
    }
  }

  @Test func whatIsLeftAloneHasAReason() throws {
    let result = try Optimized(try Self.layer(), Self.step(16))
    #expect(result.reason("b") == .isBias)
    var maker = ModelMaker()
    let input = maker.input("x", [1, 8])
    let filter = maker.constant("w", [8, 8], weights(64))
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [input, filter, -1], "y", [1, 8], options: OptionTag.fullyConnected))
    let small = try Pipeline([Self.step(16)], options: RunOptions()).run(on: try maker.file())
    #expect(!small.isChanged)
    #expect(small.log.reasons.values.contains(.hasFewElements(64, least: 256)))
  }

  @Test func halvesStayHalves() throws {
    let half = try Optimized(try Self.layer(), .float16)
    let result = try Optimized(half.file, Self.step(16))
    #expect(result.file.bytes.count <= half.file.bytes.count)
    let tensor = try #require(result.file.model.subgraphs[0].tensors.first { $0.type == .float16 })
    #expect(Set(try result.file.bytes(of: tensor).elements(UInt16.self)).count <= 16)
  }
}
