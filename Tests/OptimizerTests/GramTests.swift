import Foundation
import Interpreter
import OpSet
import Platform
import TFLite
import TestSupport
import Testing

@testable import LinearAlgebra
@testable import Optimizer

/// numpy judges: it builds the rows from each operator's definition, and solves in float64
/// (`Tools/record-gram-vectors.py`).
@Suite struct GramTests {
  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    var kind: String
    var shape: [Int32]
    var kernel: [Int32]
    var stride: Int32
    var dilation: Int32
    var same: Bool
    var groups: Int32
    var output: [Int32]
    var rows: Int
    var input: [Float]
    var sums: [Double]
    var products: [Double]

    var testDescription: String { "\(kind) \(shape) kernel \(kernel) stride \(stride)" }
  }

  struct System: Decodable, Sendable {
    var order: Int
    var matrix: [Float]
    var right: [Float]
    var solution: [Double]
    var inverseDiagonal: [Double]
  }

  static func lines<Line: Decodable>(_ name: String) -> [Line] {
    let text = (try? Fixtures.vector(name)) ?? []
    return text.split(separator: 10).compactMap {
      try? JSONDecoder().decode(Line.self, from: Data($0))
    }
  }

  private func model(_ entry: Case) -> (file: ModelMaker, weight: Int32) {
    var maker = ModelMaker()
    let input = maker.input("x", entry.shape)
    let channels = entry.shape[3]
    let outputs: Int32 = 4 * entry.groups
    let isDepthwise = entry.kind == "DEPTHWISE_CONV_2D"
    let filter =
      isDepthwise
      ? [1, entry.kernel[0], entry.kernel[1], channels]
      : [outputs, entry.kernel[0], entry.kernel[1], channels / entry.groups]
    let weight = maker.constant(
      "w", filter, weights(filter.reduce(1) { $0 * Int($1) }))
    let size = [entry.shape[0], entry.output[0], entry.output[1], isDepthwise ? channels : outputs]
    if entry.kind == "TRANSPOSE_CONV" {
      let shape = maker.constant("shape", [4], .int32, bytes: [UInt8](of: size))
      maker.operation(
        entry.kind, [shape, weight, input], "y", size, options: OptionTag.transposeConv)
      maker.configure {
        $0?[TransposeConv.strideH] = entry.stride
        $0?[TransposeConv.strideW] = entry.stride
      }
    } else if isDepthwise {
      maker.operation(entry.kind, [input, weight], "y", size, options: OptionTag.depthwiseConv2D)
      maker.configure {
        $0?[DepthwiseConv2D.strideH] = entry.stride
        $0?[DepthwiseConv2D.strideW] = entry.stride
      }
    } else {
      maker.operation(entry.kind, [input, weight], "y", size, options: OptionTag.conv2D)
      maker.configure {
        $0?[Conv2D.strideH] = entry.stride
        $0?[Conv2D.strideW] = entry.stride
        $0?[Conv2D.dilationH] = entry.dilation
        $0?[Conv2D.dilationW] = entry.dilation
        $0?[Conv2D.padding] = entry.same ? 0 : 1
      }
    }
    maker.output(Int32(maker.model.subgraphs[0].tensors.count - 1))
    return (maker, weight)
  }

  @Test("The Gram matrix is numpy's", arguments: lines("gram.txt") as [Case])
  func gram(entry: Case) throws {
    let (maker, weight) = model(entry)
    let id = TensorID(0, weight)
    let sample = [
      DenseArray(
        .float32, shape: entry.shape.map(Int.init), bytes: [UInt8](of: entry.input))
    ]
    // Twice as many samples, other threads: twice the sums, the same bits.
    var results: [GramMatrix] = []
    let size = (id: id, groups: Int(entry.groups), depth: entry.sums.count / Int(entry.groups))
    for threads in [1, 3] {
      var options = Interpreter.Options()
      options.threads = threads
      let collector = GramCollector(
        try maker.file(), samples: 2, options: options, memory: MemoryBudget()
      ) { _ in sample }
      results.append(try #require(try collector.matrices(of: [size])[id]))
    }
    let found = results[0]
    #expect(found.count == 2 * entry.rows && found.groups == Int(entry.groups))
    #expect(found.sums.count == entry.sums.count && found.products.count == entry.products.count)
    for (a, b) in zip(found.sums, entry.sums) { #expect(abs(a - 2 * b) < 1e-4) }
    for (a, b) in zip(found.products, entry.products) { #expect(abs(a - 2 * b) < 1e-3) }
    #expect(results[0].products == results[1].products && results[0].sums == results[1].sums)
  }

  /// With 1 byte each part starts anew, with 20 MiB it goes on from snapshots.
  @Test(arguments: [1, 20 << 20])
  func `Runs that stop where rows are many give the same bits`(limit: Int) throws {
    let file = try Fixtures.open("digits_cnn")
    let samples = try IntegerModel.samples(of: file, 11, in: 0...1)
    let weights = file.model.subgraphs[0].operators.compactMap { entry -> GramCollector.Size? in
      guard let inputs = entry.inputs, inputs.count > 1,
        let matrix = WeightMatrix(
          file.model.kind(of: entry), operand: 1, options: entry.builtinOptions,
          shape: (file.model[TensorID(0, inputs[1])].shape ?? []).map(Int.init))
      else { return nil }
      return (TensorID(0, inputs[1]), matrix.groups, matrix.columns)
    }
    #expect(weights.count >= 3)
    func matrices(_ budget: MemoryBudget) throws -> [TensorID: GramMatrix] {
      try GramCollector(file, samples: samples.count, options: .init(), memory: budget) {
        samples[$0]
      }.matrices(of: weights)
    }
    let (whole, parted) = (try matrices(MemoryBudget()), try matrices(MemoryBudget(limit: limit)))
    #expect(whole.count == weights.count && parted.count == weights.count)
    for (id, matrix) in whole {
      #expect(matrix.count > 0 && matrix.products == parted[id]?.products)
      #expect(matrix.sums == parted[id]?.sums)
    }
  }

  @Test func `All cases were read`() {
    #expect((Self.lines("gram.txt") as [Case]).count == 7)
    #expect((Self.lines("cholesky.txt") as [System]).count == 4)
  }

  @Test("Systems are solved as numpy solves them", arguments: lines("cholesky.txt") as [System])
  func solve(system: System) throws {
    let matrix = FloatMatrix(rows: system.order, columns: system.order)
    for (index, value) in system.matrix.enumerated() { matrix.base[index] = value }
    let factor = try #require(CholeskyFactor(matrix, MatrixProduct(threads: 2)))
    let right = FloatMatrix(rows: 3, columns: system.order)
    for (index, value) in system.right.enumerated() { right.base[index] = value }
    factor.solve(right)
    let scale = system.solution.reduce(0) { max($0, abs($1)) }
    for (a, b) in zip(right.values, system.solution) { #expect(abs(Double(a) - b) < 1e-3 * scale) }
    let inverse = factor.inverse()
    for (index, expected) in system.inverseDiagonal.enumerated() {
      #expect(abs(Double(inverse[index][index]) - expected) < 1e-3 * expected)
    }
  }

  @Test func `A matrix that is not positive definite has no factor`() {
    let matrix = FloatMatrix.identity(70)
    matrix[68][68] = -1
    #expect(CholeskyFactor(matrix, MatrixProduct(threads: 1)) == nil)
  }
}
