import { AppError } from '../core/errors.ts';
import type { PrintDestination } from './print-destination.ts';

/**
 * Stands in where letters go to an API: zips that are still open were made for another place, and must not end up anywhere
 * else.
 */
export function createNoDestination(place: string): PrintDestination {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new AppError('CONFIG_INVALID', `Letters go to ${place}, which takes no zips and leaves no files`, {
        hint: 'Zips of earlier runs: unset NOTIFY_PRINT_API_URL and name their destination until `notify letters upload` has sent them, or give them up.',
      }),
    );
  return {
    kind: 'none',
    place,
    put: refuse,
    // eslint-disable-next-line require-yield -- it never has anything
    async *list() {
      await refuse();
    },
    read: refuse,
    check: refuse,
    close: async () => undefined,
  };
}
