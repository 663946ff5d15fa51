/**
 * Queues letters for the printer's API and gives them to it, in a process of its own that ends itself with -9 at the step of a
 * number: before or after a transaction, or a request. Ends by itself when it has fewer steps.
 */
import type { App } from '../../src/lib/app.ts';
import { deliverLetter } from '../../src/lib/print-runs/deliver-letter.ts';
import { requestPrints } from '../../src/lib/print-runs/request-prints.ts';
import { createDyingApp, step } from './dying-app.ts';

const app = await createDyingApp();
const watched: App = {
  ...app,
  printApi: {
    ...app.printApi!,
    async print(...request) {
      step();
      const outcome = await app.printApi!.print(...request);
      step();
      return outcome;
    },
  },
  records: {
    ...app.records,
    async sent(message) {
      step();
      await app.records.sent(message);
      step();
    },
  },
};

try {
  await requestPrints(watched);
  // As workers do, one after the other.
  const { rows } = await app.db.query<{ id: string }>(
    'SELECT notification_id AS id FROM letter_print_requests ORDER BY 1',
  );
  for (const { id } of rows) await deliverLetter(watched, { notificationId: id });
} finally {
  await app.close();
}
