// What needs no quotes between the braces; `null` in any case would be taken for NULL.
const plain = /^(?!null$)[A-Za-z0-9_.:+-]+$/i;

/**
 * The text form of a PostgreSQL array, to be cast to its type. The driver makes the same of a list of texts, character by
 * character: in statements of thousands of values that takes longer than all else.
 */
export function arrayLiteral(values: readonly ArrayElement[]): string {
  return joinedLiteral([elementsLiteral(values)]);
}

export type ArrayElement = string | number | boolean | Date | null;

/** A part of an array's text form, for `joinedLiteral`: a long one need not be written in one go. */
export function elementsLiteral(values: readonly ArrayElement[]): string {
  let literal = '';
  for (let index = 0; index < values.length; index += 1) {
    if (index > 0) literal += ',';
    literal += element(values[index]!);
  }
  return literal;
}

/** The array of the elements of all parts, none of which is empty unless it is the only one. */
export function joinedLiteral(parts: readonly string[]): string {
  return `{${parts.join(',')}}`;
}

function element(value: ArrayElement): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return plain.test(value) ? value : quoted(value);
  return value instanceof Date ? `"${value.toISOString()}"` : String(value);
}

function quoted(text: string): string {
  const isEscapeNeeded = text.includes('\\') || text.includes('"');
  return `"${isEscapeNeeded ? text.replace(/["\\]/g, '\\$&') : text}"`;
}
