/** Pounds as an exact decimal number, such as `0.045`: what is added up as binary fractions drifts. */
export type Pounds = string;

/** What so many units come to. */
export function multiplyPounds(rate: Pounds, units: number): Pounds {
  const { digits, scale } = parse(rate);
  return format(digits * BigInt(units), scale);
}

export function addPounds(amounts: readonly Pounds[]): Pounds {
  const parsed = amounts.map(parse);
  const scale = Math.max(0, ...parsed.map((amount) => amount.scale));
  const sum = parsed.reduce((total, amount) => total + amount.digits * 10n ** BigInt(scale - amount.scale), 0n);
  return format(sum, scale);
}

/** For people: whole pence, `73p`, below a pound, else `£1.56`; fractions of a penny stay. */
export function poundsInWords(amount: Pounds): string {
  const pence = multiplyPounds(amount, 100);
  return Number(pence) < 100 ? `${pence}p` : `£${atLeastPence(amount)}`;
}

/** With two decimals, or those that there are: `1.80`, `0.638`. */
export function atLeastPence(amount: Pounds): string {
  const [whole, fraction = ''] = amount.split('.') as [string, string?];
  return `${whole}.${fraction.padEnd(2, '0')}`;
}

interface Decimal {
  readonly digits: bigint;
  /** How many of the digits are decimals. */
  readonly scale: number;
}

function parse(amount: Pounds): Decimal {
  const [whole, fraction = ''] = amount.split('.') as [string, string?];
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

/** Without needless zeros. */
function format(digits: bigint, scale: number): Pounds {
  const text = digits.toString().padStart(scale + 1, '0');
  const [whole, fraction] = [text.slice(0, text.length - scale), text.slice(text.length - scale)];
  return `${whole}.${fraction}`.replace(/\.?0*$/, '');
}
