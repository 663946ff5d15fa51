/**
 * Deletes by portions until one is not full, so that no statement holds locks for long. Returns how many went.
 *
 * @param deleteBatch deletes at most so many and returns how many it deleted
 */
export async function deleteInBatches(
  batchSize: number,
  deleteBatch: (limit: number) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (;;) {
    const deleted = await deleteBatch(batchSize);
    total += deleted;
    if (deleted < batchSize) return total;
  }
}
