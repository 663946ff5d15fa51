/** A count with its noun, for people: `1 row`, `2,000 rows`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : several}`;
}
