interface Node {
  readonly name: string;
  /** Names of other nodes that must come before. */
  readonly refersTo: readonly string[];
}

/**
 * Orders tables so that none comes before one that its rows refer to; otherwise by name.
 *
 * @throws RangeError when tables refer to each other in a circle
 */
export function orderByReferences<Table extends Node>(tables: readonly Table[]): Table[] {
  const ordered: Table[] = [];
  let waiting = tables.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ name }) => name));
    const ready = waiting.filter(({ refersTo }) => !refersTo.some((other) => names.has(other)));
    if (ready.length === 0) throw new RangeError(`Tables refer to each other in a circle: ${[...names].join(', ')}`);
    ordered.push(...ready);
    waiting = waiting.filter((table) => !ready.includes(table));
  }
  return ordered;
}
