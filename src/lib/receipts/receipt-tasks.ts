import type { OwnReceiptArgs } from '../notifications/deliver-notification.ts';
import { defineTask, type Task } from '../queue/task.ts';
import { processSesEvent, type SesDeps } from './process-ses-event.ts';
import { processSmsReceipt } from './process-sms-receipt.ts';
import { recordReceipt } from './record-receipt.ts';
import type { SesEvent } from './ses-event.ts';
import type { SmsReceipt } from './sms-receipt.ts';

/** What SES said, as a job. */
export interface SesEventArgs {
  readonly event: SesEvent;
}

/** The tasks that record receipts: what providers say, and the verdicts of those that post nothing. */
export function receiptTasks(deps: SesDeps): Task[] {
  return [
    defineTask<OwnReceiptArgs | SmsReceipt>({
      name: 'process-sms-client-response',
      async run(args) {
        if ('reference' in args) await processSmsReceipt(deps, args);
        else await recordReceipt(deps, { ...args, type: 'sms' });
      },
    }),
    defineTask<OwnReceiptArgs | SesEventArgs>({
      name: 'process-ses-result',
      async run(args) {
        if ('event' in args) await processSesEvent(deps, args.event);
        else await recordReceipt(deps, { ...args, type: 'email' });
      },
    }),
  ];
}
