import { londonDate } from '../../core/london-time.ts';
import type { LetterLanguage } from './letter-source.ts';

const months: Readonly<Record<LetterLanguage, readonly string[]>> = {
  english: [
    ...['January', 'February', 'March', 'April', 'May', 'June'],
    ...['July', 'August', 'September', 'October', 'November', 'December'],
  ],
  welsh: [
    ...['Ionawr', 'Chwefror', 'Mawrth', 'Ebrill', 'Mai', 'Mehefin'],
    ...['Gorffennaf', 'Awst', 'Medi', 'Hydref', 'Tachwedd', 'Rhagfyr'],
  ],
};

/** The date line of a letter, such as `7 March 2021`: the London day of its creation (templating sheet §6). */
export function letterDate(createdAt: Date, language: LetterLanguage): string {
  const [year, month, day] = londonDate(createdAt).split('-').map(Number) as [number, number, number];
  return `${day} ${months[language][month - 1]!} ${year}`;
}
