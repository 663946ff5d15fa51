import type { SecretBox } from '../core/secret-box.ts';
import { addDays, londonTimeUtc, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { DetailsPage } from './list-job-notifications.ts';
import { countUploadedLetters, listUploadedLetters } from './notification-details-repository.ts';

/** When a day's letters are printed, in London; later ones are the next day's. */
const printTime = '17:30';

/** The letters printed on a date: when the first can have been made, and when they are printed, in UTC. */
export function printDayOf(date: CalendarDate): { readonly from: Date; readonly to: Date } {
  return { from: londonTimeUtc(addDays(date, -1), printTime), to: londonTimeUtc(date, printTime) };
}

/** A page of the letters that users uploaded to be printed on a date (jobs sheet §5), as `pageJobNotifications`. */
export async function pageUploadedLetters(
  { db, secretBox }: { readonly db: Queryable; readonly secretBox: SecretBox },
  input: { readonly serviceId: string; readonly date: CalendarDate; readonly page: number; readonly pageSize: number },
): Promise<DetailsPage | null> {
  const { serviceId, date, page, pageSize } = input;
  const query = { serviceId, ...printDayOf(date) };
  const slice = { limit: pageSize, offset: (page - 1) * pageSize };
  const notifications = await listUploadedLetters(db, secretBox, query, slice);
  if (notifications.length === 0 && page > 1) return null;
  return { notifications, total: await countUploadedLetters(db, query) };
}
