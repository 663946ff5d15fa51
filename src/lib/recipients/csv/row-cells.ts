import { placeholderKey } from '../../templates/placeholders.ts';
import { stripRecipient } from '../whitespace.ts';

/** What a cell holds: text, nothing, or the values of a repeated column. */
export type CellValue = string | null | (string | null)[];

interface Column {
  /** Index among the distinct headers. */
  readonly slot: number;
  readonly isRecipient: boolean;
}

/**
 * Turns the cells of records into values by key (jobs sheet §8, rules 4 to 6 of the reader and "Repeated columns").
 * Columns of one spelling share a slot, where their values become a list; of slots with one key the last wins.
 */
export class RowLayout {
  /** The distinct keys, in the order of the file. */
  readonly keys: readonly string[];
  private readonly columns: readonly Column[];
  private readonly slotCount: number;
  private readonly slotOfKey: readonly number[];

  constructor(headers: readonly string[], recipientKeys: ReadonlySet<string>) {
    const slots = new Map<string, number>();
    this.columns = headers.map((header) => {
      const slot = slots.get(header) ?? slots.size;
      slots.set(header, slot);
      return { slot, isRecipient: recipientKeys.has(placeholderKey(header)) };
    });
    this.slotCount = slots.size;
    const byKey = new Map<string, number>();
    for (const [header, slot] of slots) byKey.set(placeholderKey(header), slot);
    this.keys = [...byKey.keys()];
    this.slotOfKey = [...byKey.values()];
  }

  /** The values of a record in the order of `keys`; surplus cells are dropped. */
  read(cells: readonly string[]): CellValue[] {
    const { columns } = this;
    const slots = new Array<CellValue>(this.slotCount).fill(null);
    const filled = Math.min(cells.length, columns.length);
    for (let index = 0; index < filled; index += 1) {
      const { slot, isRecipient } = columns[index]!;
      const value = cleanCell(cells[index]!);
      slots[slot] = isRecipient ? value : appended(slots[slot]!, value);
    }
    // In a short record a repeated recipient column, too, becomes a list.
    for (let index = filled; index < columns.length; index += 1) {
      const { slot } = columns[index]!;
      slots[slot] = appended(slots[slot]!, null);
    }
    return this.slotOfKey.map((slot) => slots[slot]!);
  }
}

/** Nulls before the first value are dropped, later ones kept. */
function appended(current: CellValue, value: string | null): CellValue {
  if (current === null) return value;
  if (typeof current === 'string') return [current, value];
  current.push(value);
  return current;
}

/** A cell without obscure white space anywhere and ordinary white space at its ends; null when nothing is left. */
export function cleanCell(cell: string): string | null {
  const text = needsCleaning.test(cell) ? stripRecipient(cell) : cell;
  return text === '' ? null : text;
}

/** Cheaper than the cleaning that most cells do not need. */
const needsCleaning = /^[\t-\r ]|[\t-\r ]$|[\u00a0\u180e-\uffff]/;
