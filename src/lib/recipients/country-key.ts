import { downgradeToAscii } from './ascii-downgrade.ts';

const ignored = /[ _\-'’,.()]/g;

/**
 * The form in which names of countries are compared: `Côte d’Ivoire`, `COTE D'IVOIRE` and `cote-divoire` are one
 * (templating sheet §9, "Country lookup key"). Names that have no ASCII form keep their letters.
 */
export function countryKey(name: string): string {
  const key = name.replace(/[&+]/g, 'and').replace(ignored, '').toLowerCase();
  const ascii = downgradeToAscii(key);
  return ascii.includes('?') ? key : ascii;
}
