import Platform
import TFLite
for path in CommandLine.arguments.dropFirst() {
  do {
    let t0 = Clock.now()
    let file = try ModelFile(try MappedFile(path: path))
    let t1 = Clock.now()
    let writer = ModelWriter(file.model, of: file)
    let t2 = Clock.now()
    let name = path.split(separator: "/").suffix(2).joined(separator: "__")
    let out = try OutputFile(path: "/tmp/proto/\(name)")
    _ = try writer.write(to: out)
    try out.commit(replacing: true)
    print("ok \(name) \(file.bytes.count) -> \(writer.count) read \(Int((t1-t0)*1e6)) us layout \(Int((t2-t1)*1e6)) us")
  } catch { print("FAIL \(path) \(error)") }
}
