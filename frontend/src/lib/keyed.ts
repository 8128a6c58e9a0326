/** Items whose only identity is their place in the list, ready to be drawn. */
export const keyed = <T>(list: readonly T[]): { item: T; index: number; key: string }[] =>
  list.map((item, index) => ({ item, index, key: `${index}` }))
