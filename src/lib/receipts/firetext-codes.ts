import type { NotificationStatus } from '../notifications/notification-status.ts';

/** What the statuses of Firetext mean before codes are looked at (delivery sheet §6.1). */
export const firetextStatuses: ReadonlyMap<string, NotificationStatus> = new Map([
  ['0', 'delivered'],
  ['1', 'permanent-failure'],
  ['2', 'pending'],
]);

export interface FiretextCode {
  readonly outcome: NotificationStatus;
  readonly reason: string;
}

const temporary = (reason: string): FiretextCode => ({ outcome: 'temporary-failure', reason });
const permanent = (reason: string): FiretextCode => ({ outcome: 'permanent-failure', reason });

/** What the codes of a failure, status `1`, say about it (delivery sheet §6.1). */
export const firetextCodes: ReadonlyMap<string, FiretextCode> = new Map([
  ['000', temporary('No error reported')],
  ['101', permanent('Unknown Subscriber')],
  ['102', temporary('Absent Subscriber')],
  ['103', temporary('Subscriber Busy')],
  ['104', temporary('No Subscriber Memory')],
  ['201', permanent('Invalid Number')],
  ['301', permanent('SMS Not Supported')],
  ['302', temporary('SMS Not Supported')],
  ['401', permanent('Message Rejected')],
  ['900', temporary('Routing Error')],
]);
