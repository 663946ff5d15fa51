import { setImmediate as nextTurn } from 'node:timers/promises';

/** Items of which the work takes about a quarter of a millisecond. */
const itemsOfSlice = 25;

/**
 * Items a few at a time, with other work of the process in between: long work in one go would keep it from the answers that
 * have come, such as the database's about what was handed over before.
 */
export async function* inSlices<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[]> {
  for (let from = 0; from < items.length; from += itemsOfSlice) {
    yield items.slice(from, from + itemsOfSlice);
    await nextTurn();
  }
}
