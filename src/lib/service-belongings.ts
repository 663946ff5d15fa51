import { apiKeyBelongings } from './api-keys/api-key-belongings.ts';
import type { BelongingKind } from './services/archive-service.ts';
import { templateBelongings } from './templates/template-belongings.ts';

/** What goes with a service when it is archived. A domain whose rows must not outlive their service adds its entry. */
export const serviceBelongings: readonly BelongingKind[] = [apiKeyBelongings, templateBelongings];
