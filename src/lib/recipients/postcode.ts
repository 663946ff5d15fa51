/** Postcode areas in use (letters sheet §20). `GIR` is one, but no postcode of it has the shape asked for below. */
const areas =
  'AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK ' +
  'FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L GIR LA LD LE LL LN LS LU M ME MK ML N NE NG NN ' +
  'NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W ' +
  'WA WC WD WF WN WR WS WV YO ZE';

const postcode = new RegExp(`^(?:${areas.replaceAll(' ', '|')})[0-9][0-9A-Z]?[0-9][ABD-HJLNP-UW-Z]{2}$`);

/** Longer than any postcode, whatever spaces it is written with; the rest need not be looked at. */
const longestWritten = 100;

/**
 * A UK postcode as it is printed, in capitals with one space before the last three characters, or null when the text is
 * not the shape of a postcode in an existing area (templating sheet §9, "Postcode").
 */
export function formatPostcode(text: string): string | null {
  if (text.length > longestWritten) return null;
  const compact = text.replace(/\s/g, '').toUpperCase();
  return postcode.test(compact) ? `${compact.slice(0, -3)} ${compact.slice(-3)}` : null;
}
