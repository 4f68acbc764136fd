// Numbers that are known when a kernel is compiled: the sizes of these types. Types of their own would
// bring functions that the objects of both instruction sets share.

typealias One = UInt8
typealias Two = (UInt8, UInt8)
typealias Three = (UInt8, UInt8, UInt8)
typealias Four = (UInt8, UInt8, UInt8, UInt8)
typealias Five = (UInt8, UInt8, UInt8, UInt8, UInt8)
typealias Six = (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)
