/** What is wrong with a postal address (templating sheet §9). */
export type AddressErrorCode =
  | 'few-lines'
  | 'many-lines'
  | 'no-alphanumeric'
  | 'bfpo-country'
  | 'last-line'
  | 'bad-start-character'
  | 'no-fixed-abode';

const noAlphanumeric = 'The first 2 lines of the address must both include at least one alphanumeric character';
const bfpoCountry = 'The last line of a BFPO address must not be a country.';

/** Wording of the v2 API for each code. */
export function apiAddressMessage(code: AddressErrorCode, permissions: { international: boolean }): string {
  switch (code) {
    case 'few-lines':
      return 'Address must be at least 3 lines';
    case 'many-lines':
      return 'Address must be no more than 7 lines';
    case 'no-alphanumeric':
      return noAlphanumeric;
    case 'bfpo-country':
      return bfpoCountry;
    case 'last-line':
      return permissions.international
        ? 'Last line of address must be a real UK postcode or another country'
        : 'Must be a real UK postcode';
    case 'bad-start-character':
      // The reference prints a curly quote and forgets the ~, though it looks for a straight quote and for ~.
      return 'Address lines must not start with any of the following characters: @ ( ) = [ ] ” \\ / , < >';
    case 'no-fixed-abode':
      return 'Must be a real address';
  }
}

/**
 * Wording of the CSV check and the site (jobs sheet §8).
 *
 * @param foreign whether the address has a country other than the United Kingdom
 */
export function csvAddressMessage(
  code: AddressErrorCode,
  permissions: { international: boolean },
  foreign: boolean,
): string {
  switch (code) {
    case 'few-lines':
      return 'Address must be at least 3 lines long';
    case 'many-lines':
      return 'Address must be no more than 7 lines long';
    case 'no-alphanumeric':
      return noAlphanumeric;
    case 'bfpo-country':
      return bfpoCountry;
    case 'last-line':
      if (permissions.international) return 'Last line of the address must be a UK postcode or another country';
      return foreign
        ? 'You do not have permission to send letters to other countries'
        : 'Last line of the address must be a real UK postcode';
    case 'bad-start-character':
      return 'Address lines must not start with any of the following characters: @ ( ) = [ ] " \\ / , < > ~';
    case 'no-fixed-abode':
      return 'This is not a real address';
  }
}
