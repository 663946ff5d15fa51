import type { BelongingKind } from '../services/archive-service.ts';
import { listUnarchivedTemplates, updateTemplate } from './template-repository.ts';

/** The templates of a service, hidden ones included, which are archived with it. */
export const templateBelongings: BelongingKind = {
  kind: 'templates',
  list: listUnarchivedTemplates,
  retire: async (tx, id, at) => {
    await updateTemplate(tx, id, { archived: true }, at);
  },
};
