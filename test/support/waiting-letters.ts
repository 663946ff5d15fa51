/** Letters that wait for the print run, with their PDFs, as the tests of print runs need them. */
import { letterPlace } from '../../src/lib/letters/letter-file.ts';
import type { Postage } from '../../src/lib/letters/postage.ts';
import type { App } from '../../src/lib/app.ts';

export interface WaitingLetterInput {
  readonly reference: string;
  readonly serviceId: string;
  readonly createdAt: Date;
  readonly postage?: Postage;
  readonly keyType?: 'normal' | 'team' | 'test';
  readonly status?: string;
  readonly billableUnits?: number;
  readonly international?: boolean;
  /** The PDF; null = there is none. */
  readonly pdf?: Buffer | null;
  readonly templateId?: string;
  readonly clientReference?: string | null;
}

export interface StoredLetter {
  readonly id: string;
  readonly key: string;
}

type Deps = Pick<App, 'db' | 'ids' | 'storage'>;

/** Stores letters in one go; ids follow their order. */
export async function storeLetters(deps: Deps, letters: readonly WaitingLetterInput[]): Promise<StoredLetter[]> {
  const stored = letters.map((letter) => ({ ...letter, id: deps.ids.uuid(), key: keyOf(letter) }));
  await deps.db.query({
    text: `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, billable_units,
        notification_type, created_at, notification_status, reference, client_reference, postage, international)
      SELECT id, 'Ann', service_id, template_id, 1, key_type, units, 'letter', created_at, status, reference,
        client_reference, postage, international
      FROM jsonb_to_recordset($1::jsonb) AS l (id uuid, service_id uuid, template_id uuid, key_type text, units integer,
        created_at timestamp, status text, reference text, client_reference text, postage text, international boolean)`,
    values: [
      JSON.stringify(
        stored.map(({ id, serviceId, createdAt, reference, ...letter }) => ({
          id,
          service_id: serviceId,
          template_id: letter.templateId ?? deps.ids.secret(),
          key_type: letter.keyType ?? 'normal',
          units: letter.billableUnits ?? 1,
          created_at: createdAt.toISOString().slice(0, -1),
          status: letter.status ?? 'created',
          reference,
          client_reference: letter.clientReference ?? null,
          postage: letter.postage ?? 'second',
          international: letter.international ?? false,
        })),
      ),
    ],
  });
  for (const { pdf, key, reference } of stored) {
    if (pdf !== null) await deps.storage.put('letters', key, pdf ?? Buffer.from(`%PDF of ${reference}`));
  }
  return stored.map(({ id, key }) => ({ id, key }));
}

/** Letters that differ by their references. */
export function manyLetters(
  count: number,
  letter: Omit<WaitingLetterInput, 'reference'> & { readonly from?: number },
): WaitingLetterInput[] {
  return Array.from({ length: count }, (_, index) => ({
    ...letter,
    reference: `REF${String((letter.from ?? 0) + index).padStart(13, '0')}`,
    createdAt: new Date(letter.createdAt.getTime() + index),
  }));
}

function keyOf({ reference, createdAt, postage = 'second' }: WaitingLetterInput): string {
  return letterPlace({ keyType: 'normal', status: 'created' }, { reference, createdAt, postage }).key;
}
