/// A part of the page with a heading that the contents link to.
struct HTMLSection {
  let id: String
  let title: String
  let body: Markup
}
