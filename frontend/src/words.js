// The words scripts show. The server writes them, translated, as data attributes of #words.
export function word(name) {
  return document.getElementById("words")?.dataset[name] ?? "";
}

/** The token that every POST carries. */
export function token() {
  return document.body.dataset.csrf ?? "";
}
