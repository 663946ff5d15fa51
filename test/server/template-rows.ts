import type { App } from '../../src/lib/app.ts';
import { updateVersioned } from '../../src/lib/db/versioned.ts';

type Deps = Pick<App, 'db' | 'clock' | 'ids'>;

/** Makes the next version of a template, whatever a use case would say to it. */
export async function updateTemplateRow(
  { db, clock }: Deps,
  id: string,
  changes: Record<string, unknown>,
  at: Date = clock.now(),
): Promise<void> {
  await db.transaction((tx) => updateVersioned(tx, 'templates', id, changes, at));
}

/** Gives a letter template a contact block, in its next version. */
export async function setContactBlock(
  deps: Deps,
  templateId: string,
  contactBlock: string,
  at?: string,
): Promise<void> {
  const { db, clock, ids } = deps;
  const contactId = ids.uuid();
  await db.query({
    text: `INSERT INTO service_letter_contacts (id, service_id, contact_block, is_default, created_at)
      SELECT $1, service_id, $3, false, $4 FROM templates WHERE id = $2`,
    values: [contactId, templateId, contactBlock, clock.now()],
  });
  const changes = { service_letter_contact_id: contactId };
  await updateTemplateRow(deps, templateId, changes, at === undefined ? clock.now() : new Date(at));
}
