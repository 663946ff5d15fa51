import { countryKey } from './country-key.ts';
import { registerKeysByCountry } from './country-register.ts';
import { countrySynonyms, welshCountryNames } from './country-synonyms.ts';

/** Where a letter goes, as far as postage is concerned (templating sheet §9). */
export type PostageZone = 'united-kingdom' | 'europe' | 'rest-of-world';

export const unitedKingdom = 'United Kingdom';

/** Islands that are no part of the United Kingdom, but of its postal area. */
const ukIslands = ['Alderney', 'Brecqhou', 'Guernsey', 'Herm', 'Isle of Man', 'Jersey', 'Jethou', 'Sark'];

/** Parts of countries that keep their own name on a letter. */
const ownNameIslands = ['Azores', 'Balearic Islands', 'Canary Islands', 'Corsica', 'Madeira'];

/** Letters sheet §20. */
const europe: ReadonlySet<string> = new Set(
  (
    'Albania, Andorra, Armenia, Austria, Azerbaijan, Azores, Balearic Islands, Belarus, Belgium, ' +
    'Bosnia and Herzegovina, Bulgaria, Canary Islands, Corsica, Croatia, Cyprus, Czechia, Denmark, Estonia, ' +
    'Faroe Islands, Finland, France, Georgia, Germany, Gibraltar, Greece, Greenland, Hungary, Iceland, Ireland, Italy, ' +
    'Kazakhstan, Kosovo, Kyrgyzstan, Latvia, Liechtenstein, Lithuania, Luxembourg, North Macedonia, Madeira, Malta, ' +
    'Moldova, Monaco, Montenegro, Netherlands, Norway, Poland, Portugal, Romania, Russia, San Marino, Serbia, ' +
    'Slovakia, Slovenia, Spain, Sweden, Switzerland, Tajikistan, Turkey, Turkmenistan, Ukraine, Uzbekistan, Vatican City'
  ).split(', '),
);

/** Key of a name → canonical name. The order is that of the sheet: later entries win (`NI` is not Nicaragua). */
const canonicalNames: ReadonlyMap<string, string> = new Map([
  ...Object.entries(registerKeysByCountry).flatMap(([country, keys]) =>
    [countryKey(country), ...keys.split(' ')].filter((key) => key !== '').map((key) => [key, country] as const),
  ),
  ...ukIslands.map((island) => [countryKey(island), unitedKingdom] as const),
  ...ownNameIslands.map((island) => [countryKey(island), island] as const),
  ...[...Object.entries(welshCountryNames), ...Object.entries(countrySynonyms)].map(
    ([name, country]) => [countryKey(name), country] as const,
  ),
]);

/** Articles that may be missing: `Gambia` for `The Gambia`, `Ariannin` for `Yr Ariannin`. */
const articles = ['', 'the', 'yr', 'y'];

/** Longer than the longest name of a country, whatever its punctuation. */
const longestName = 200;

/**
 * The canonical English name of a country or territory, or null (templating sheet §9, "Country lookup key"). The parts
 * and the islands of the United Kingdom are `United Kingdom`; text with a digit is never a country.
 */
export function findCountry(name: string): string | null {
  if (name.length > longestName || /\d/.test(name)) return null;
  const key = countryKey(name);
  for (const article of articles) {
    const country = canonicalNames.get(article + key);
    if (country !== undefined) return country;
  }
  return null;
}

/** Every canonical name, in alphabetical order. */
export function countryNames(): string[] {
  return [...new Set(canonicalNames.values())].sort((one, other) => (countryKey(one) < countryKey(other) ? -1 : 1));
}

/** The zone of a canonical name: what is in neither the United Kingdom nor the list of Europe is the rest of the world. */
export function postageZoneOf(country: string): PostageZone {
  if (country === unitedKingdom) return 'united-kingdom';
  return europe.has(country) ? 'europe' : 'rest-of-world';
}
