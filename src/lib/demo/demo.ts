import type { KeyType } from '../api-keys/api-key.ts';
import type { TemplateType } from '../templates/template.ts';

/** A service to try things with: its ids, keys and guest list. */
export interface Demo {
  readonly service_id: string;
  readonly api_keys: Readonly<Record<KeyType, string>>;
  readonly templates: Readonly<Record<TemplateType, string>>;
  readonly guest_list: readonly string[];
}
