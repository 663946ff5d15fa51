import { isTemplateType, templateTypes, type TemplateType } from '../../../lib/templates/template.ts';
import { describeChoice, describeUnexpected } from '../../schemas/describe-problems.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import { valuesOf, type Query } from './parameters.ts';

/**
 * Reads the query of `GET /v2/templates` (public API sheet §8): the type, of several the first; null for every type.
 *
 * @throws AppError VALIDATION_FAILED with one message per problem
 */
export function readTemplateListQuery(query: Query): TemplateType | null {
  const problems: string[] = [];
  const [type] = valuesOf(query, 'type');
  if (type !== undefined && !isTemplateType(type)) problems.push(`type ${describeChoice(type, templateTypes)}`);
  const unexpected = Object.keys(query).filter((name) => name !== 'type');
  if (unexpected.length > 0) problems.push(describeUnexpected(unexpected));
  if (problems.length > 0) throw validationFailed(problems);
  return (type as TemplateType | undefined) ?? null;
}
