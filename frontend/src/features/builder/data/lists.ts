/** The items of an answer, whether it comes in pages or as a plain list. */
export const listOf = <T>(answer: T[] | { items: T[] }): T[] =>
  Array.isArray(answer) ? answer : answer.items
