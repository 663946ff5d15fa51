import type { CalendarDate } from '../core/london-time.ts';
import { isInternationalPostage, type Postage } from '../letters/postage.ts';

/** Letters of a postage that wait, and their sheets of paper. */
export interface PostageVolume {
  readonly postage: Postage;
  readonly letters: number;
  readonly sheets: number;
}

/** The personalisation of the report of volumes (letters sheet §9): letters abroad are told as one kind. */
export function volumePersonalisation(
  volumes: readonly PostageVolume[],
  printDate: CalendarDate,
): Record<string, string | number> {
  const sum = (field: 'letters' | 'sheets', isCounted: (postage: Postage) => boolean): number =>
    volumes.reduce((total, volume) => (isCounted(volume.postage) ? total + volume[field] : total), 0);
  const kinds: Readonly<Record<string, (postage: Postage) => boolean>> = {
    total: () => true,
    first_class: (postage) => postage === 'first',
    second_class: (postage) => postage === 'second',
    international: isInternationalPostage,
  };
  const isEconomy = (postage: Postage): boolean => postage === 'economy';
  return {
    ...Object.fromEntries(
      Object.entries(kinds).flatMap(([kind, isCounted]) => [
        [`${kind}_volume`, sum('letters', isCounted)],
        [`${kind}_sheets`, sum('sheets', isCounted)],
      ]),
    ),
    economy_mail_volume: sum('letters', isEconomy),
    economy_mail_sheets: sum('sheets', isEconomy),
    date: longDate(printDate),
  };
}

/** `17 February 2020`, `05 March 2020`. */
function longDate(date: CalendarDate): string {
  const format = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'long', year: 'numeric', timeZone: 'UTC' });
  return format.format(new Date(date));
}
