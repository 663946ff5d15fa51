/**
 * What is to be done after the tests of each file. Test files share a process, which loads this once: a hook at the top
 * of a module would belong to the first file that imports it.
 */
type CleanUp = () => Promise<unknown>;

const cleanUps: CleanUp[] = [];

/** Registers what cleans up after each file, for the life of the process. The last to come is the first to be called. */
export function afterFile(cleanUp: CleanUp): void {
  cleanUps.unshift(cleanUp);
}

/** For the set-up of files alone: cleans up, all of it, and fails with the first problem. */
export async function endFile(): Promise<void> {
  const problems: unknown[] = [];
  for (const cleanUp of cleanUps) await cleanUp().catch((error: unknown) => problems.push(error));
  if (problems.length > 0) throw problems[0];
}
