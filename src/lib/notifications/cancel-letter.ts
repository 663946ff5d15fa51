import type { Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { addDays, londonClockTime, londonDate } from '../core/london-time.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { isTooLateToCancel } from '../jobs/letter-cancellation.ts';
import { giveBackMessages } from '../limits/count-messages.ts';
import type { Limits } from '../limits/limits.ts';
import { isLetterClaimed } from '../print-runs/is-letter-claimed.ts';
import { updateNotification } from './notification-repository.ts';
import type { Notification } from './notification.ts';
import { showNotificationOfService } from './show-notification.ts';

export interface CancelLetterDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  readonly limits: Limits;
}

const cancellable = ['created', 'pending-virus-check'] as const;
/** London time from which the printing text names the next day. */
const printCutOff = '17:30';

/**
 * Cancels a letter that is not printed yet (letters sheet §4). It counts no more if it was made today.
 *
 * @throws AppError NOT_FOUND; REQUEST_INVALID, with the sheet's words, when it is no letter, was cancelled before, or it is
 *   too late
 */
export async function cancelLetter(
  deps: CancelLetterDeps,
  input: { readonly serviceId: string; readonly notificationId: string },
): Promise<Notification> {
  const now = deps.clock.now();
  const letter = await findLetter(deps, input);
  if (isTooLateToCancel(letter.createdAt, now)) throw tooLate(letter, now);
  const { cancelled, counts } = await deps.db.transaction(async (tx) => {
    // Whoever claims letters locks their rows: after the update either this letter is in no zip, or it is claimed already.
    const cancelled = await updateNotification(
      tx,
      deps.secretBox,
      letter.id,
      { status: 'cancelled', billableUnits: 0 },
      { at: now, onlyFrom: cancellable },
    );
    if (cancelled === null) throw await notCancellable(deps, input);
    if (await isLetterClaimed(tx, letter.id)) throw tooLate(letter, now);
    return { cancelled, counts: await giveBackMessages(tx, { messages: [cancelled], now }) };
  });
  deps.limits.givenBack(counts);
  return cancelled;
}

/** The refusal of an id that no notification of the service has. */
export function noSuchLetter(): AppError {
  const answer = 'Notification not found';
  return new AppError('NOT_FOUND', answer, { details: { answer } });
}

async function findLetter(deps: CancelLetterDeps, input: Parameters<typeof cancelLetter>[1]): Promise<Notification> {
  const letter = await showNotificationOfService(deps, input).catch((error: unknown) => {
    if (!isAppError(error, 'NOT_FOUND')) throw error;
    throw noSuchLetter();
  });
  if (letter.notificationType !== 'letter')
    throw refused('Notification cannot be cancelled - only letters can be cancelled');
  return letter;
}

function tooLate({ createdAt }: Notification, now: Date): AppError {
  const day = londonDate(createdAt);
  const printed = londonClockTime(createdAt) >= printCutOff ? addDays(day, 1) : day;
  const when = printed >= londonDate(now) ? 'today' : `on ${dayAndMonth(printed)}`;
  return refused(`It’s too late to cancel this letter. Printing started ${when} at 5.30pm`);
}

async function notCancellable(deps: CancelLetterDeps, input: Parameters<typeof cancelLetter>[1]): Promise<AppError> {
  const { status, createdAt } = await showNotificationOfService(deps, input);
  if (status === 'cancelled') return refused('This letter has already been cancelled.');
  const [date, time] = createdAt.toISOString().split(/[TZ]/) as [string, string];
  const createdText = `${date} ${time.endsWith('.000') ? time.slice(0, 8) : `${time}000`}`;
  return refused(`We could not cancel this letter. Letter status: ${status}, created_at: ${createdText}`);
}

function refused(message: string): AppError {
  return new AppError('REQUEST_INVALID', message);
}

/** `6 July`. */
function dayAndMonth(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(date));
}
