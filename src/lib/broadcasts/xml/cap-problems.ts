import type { CapFields } from './cap-fields.ts';
import type { CapRing } from './cap-polygon.ts';

/** An area whose polygons were read. */
export interface ReadCapArea {
  readonly name: string;
  readonly rings: readonly CapRing[];
}

const msgTypes = ['Alert', 'Cancel'];
const categories = [
  'Geo',
  'Met',
  'Safety',
  'Security',
  'Rescue',
  'Fire',
  'Health',
  'Env',
  'Transport',
  'Infra',
  'CBRNE',
  'Other',
];
/** Not anchored: a name needs one letter or digit, and 0 is none. */
const namePattern = '([a-zA-Z1-9]+ )*[a-zA-Z1-9]+';
/** Columns of a broadcast. */
const longestText = 255;

/**
 * Why no broadcast can be made of an alert, in the API's words and order: a field, what is in it, what was expected
 * (broadcasts sheet §11). Empty when one can.
 */
export function describeCapProblems(
  { msgType, reference, capEvent, category, content }: CapFields,
  areas: readonly ReadCapArea[],
): string[] {
  return [
    ...notOneOf('msgType', msgType, msgTypes),
    ...tooLong('reference', reference),
    ...tooLong('cap_event', capEvent),
    ...notOneOf('category', category, categories),
    ...(content === null ? ['content None is not of type string'] : []),
    ...(areas.length === 0 ? ['areas [] is too short'] : areas.flatMap(describeArea)),
  ].map((problem) => problem.replaceAll("'", ''));
}

function notOneOf(field: string, value: string | null, choices: readonly string[]): string[] {
  if (value !== null && choices.includes(value)) return [];
  return [`${field} ${value ?? 'None'} is not one of [${choices.join(', ')}]`];
}

function tooLong(field: string, value: string | null): string[] {
  return value !== null && [...value].length > longestText ? [`${field} ${quote(value)} is too long`] : [];
}

/** A value of any length, as far as an answer should repeat it. */
function quote(value: string): string {
  return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
}

function describeArea({ name, rings }: ReadCapArea): string[] {
  return [
    ...(/[a-zA-Z1-9]/.test(name) ? [] : [`areas ${quote(name)} does not match ${namePattern}`]),
    ...(rings.length === 0 ? ['areas [] is too short'] : []),
    ...rings.flatMap(({ problem }) => problem ?? []),
  ];
}
