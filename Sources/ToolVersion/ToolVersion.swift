/// The version that `optimize -V` and reports name. For programs that are passed on, `make` builds a copy of
/// this file with what git says.
package let toolVersion = "0.1.0"
