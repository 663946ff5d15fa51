/** Why a phone number is refused (templating sheet §7). */
export type PhoneErrorCode =
  | 'INVALID_NUMBER'
  | 'TOO_LONG'
  | 'TOO_SHORT'
  | 'NOT_A_UK_MOBILE'
  | 'UNKNOWN_CHARACTER'
  | 'UNSUPPORTED_COUNTRY_CODE'
  | 'UNSUPPORTED_EMERGENCY_NUMBER';

export interface PhoneErrorMessages {
  /** Wording of the v2 API; v1 and the admin API put `Invalid phone number: ` in front. */
  readonly api: string;
  /** Wording of the CSV check and the site. */
  readonly csv: string;
}

const notValid = 'Number is not valid – double check the phone number you entered';
const emergency = 'Phone number cannot be an emergency number';

/** Both wordings of every phone number error (templating sheet §7). */
export const phoneErrorMessages: Readonly<Record<PhoneErrorCode, PhoneErrorMessages>> = {
  INVALID_NUMBER: { api: notValid, csv: notValid },
  TOO_LONG: { api: 'Too many digits', csv: 'Mobile number is too long' },
  TOO_SHORT: { api: 'Not enough digits', csv: 'Mobile number is too short' },
  NOT_A_UK_MOBILE: {
    api: 'Not a UK mobile number',
    csv: 'This does not look like a UK mobile number – double check the mobile number you entered',
  },
  UNKNOWN_CHARACTER: {
    api: 'Must not contain letters or symbols',
    csv: 'Mobile numbers can only include: 0 1 2 3 4 5 6 7 8 9 ( ) + -',
  },
  UNSUPPORTED_COUNTRY_CODE: {
    api: 'Not a valid country prefix',
    csv: 'Country code not found - double check the mobile number you entered',
  },
  UNSUPPORTED_EMERGENCY_NUMBER: { api: emergency, csv: emergency },
};

/** v2's answer to a number abroad without the permission for international text messages (templating sheet §7). */
export const internationalNotAllowedMessage = 'Cannot send to international mobile numbers';
