import type { SchemaStep } from './db/schema-step.ts';
import { queueSchemaStep } from './queue/queue-schema.ts';

/** Everything in the database that is not a file of `migrations/`, in the order of its installation. */
export const schemaSteps: readonly SchemaStep[] = [queueSchemaStep];
