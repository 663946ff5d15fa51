import { TaskPostponed } from './task.ts';

/** Work that is stopped with its worker goes on in another one, without counting as a failure. */
export async function untilStopped(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signal.aborted) throw new TaskPostponed(0);
    throw error;
  }
}
