import type { Queryable } from '../db/database.ts';

/** What a template and its service are called. */
export interface CountedName {
  readonly templateId: string;
  readonly templateName: string;
  readonly serviceId: string;
  readonly serviceName: string;
}

/** Of templates of any service, archived and hidden ones too; by service, then by template. */
export async function listCountedNames(db: Queryable, templateIds: readonly string[]): Promise<CountedName[]> {
  const { rows } = await db.query<CountedName>({
    text: `SELECT t.id AS "templateId", t.name AS "templateName", s.id AS "serviceId", s.name AS "serviceName"
      FROM templates t JOIN services s ON s.id = t.service_id WHERE t.id = ANY($1::uuid[])
      ORDER BY s.name, s.id, t.name, t.id`,
    values: [[...templateIds]],
  });
  return rows;
}
