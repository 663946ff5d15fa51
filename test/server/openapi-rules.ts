/** What OpenAPI 3.1 demands of a document, as far as this product's use of it goes. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- a document may be anything until it is checked */

export const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

const text = { type: 'string', minLength: 1 };
const strings = { type: 'array', items: text, uniqueItems: true };
const map = (values: object): object => ({ type: 'object', additionalProperties: values });
const closed = (required: string[], properties: Record<string, object>): object => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});
const orReference = (schema: object): object => ({
  if: { type: 'object', required: ['$ref'] },
  then: closed(['$ref'], { $ref: { type: 'string', pattern: '^#/components/' } }),
  else: schema,
});
const schema = { $ref: 'https://json-schema.org/draft/2020-12/schema' };
const content = map(closed(['schema'], { schema, example: {}, examples: map({}) }));
const header = closed(['schema'], { schema, description: text });
const response = closed(['description'], { description: text, headers: map(orReference(header)), content });
const parameter = {
  ...closed(['name', 'in', 'schema'], {
    name: text,
    in: { enum: ['query', 'header', 'path', 'cookie'] },
    description: text,
    required: { type: 'boolean' },
    schema,
    style: text,
    explode: { type: 'boolean' },
    example: {},
    examples: map({}),
  }),
  if: { properties: { in: { const: 'path' } } },
  then: { required: ['required'], properties: { required: { const: true } } },
  // OpenAPI leaves these names to other parts of the document.
  not: {
    properties: { in: { const: 'header' }, name: { pattern: '^([Aa]ccept|[Cc]ontent-[Tt]ype|[Aa]uthorization)$' } },
  },
};
const requirements = { type: 'array', items: map({ type: 'array', items: text }) };
const operation = closed(['operationId', 'summary', 'tags', 'responses'], {
  operationId: { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$' },
  summary: text,
  description: text,
  tags: { ...strings, minItems: 1 },
  parameters: { type: 'array', items: orReference(parameter), uniqueItems: true },
  requestBody: closed(['content'], { content, required: { type: 'boolean' }, description: text }),
  responses: {
    type: 'object',
    minProperties: 1,
    patternProperties: { '^([1-5]\\d\\d|default)$': orReference(response) },
    additionalProperties: false,
  },
  security: requirements,
  deprecated: { type: 'boolean' },
});

const documentSchema = closed(['openapi', 'info', 'paths'], {
  openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
  info: closed(['title', 'version'], {
    title: text,
    version: text,
    description: text,
    license: closed(['name'], { name: text, identifier: text }),
  }),
  servers: { type: 'array', items: closed(['url'], { url: text, description: text }) },
  tags: { type: 'array', items: closed(['name'], { name: text, description: text }) },
  security: requirements,
  paths: {
    type: 'object',
    patternProperties: {
      '^/': closed([], Object.fromEntries(methods.map((method) => [method, operation]))),
    },
    additionalProperties: false,
  },
  components: closed([], {
    schemas: { ...map(schema), propertyNames: { pattern: '^[\\w.-]+$' } },
    responses: map(response),
    securitySchemes: map({ type: 'object', required: ['type'] }),
  }),
});

const validate: ValidateFunction = new Ajv2020({ allErrors: true, strict: false, validateFormats: false }).compile(
  documentSchema,
);

/** Every way in which a document breaks the rules; empty for a good one. */
export function problemsOf(document: any): string[] {
  if (!validate(document)) return validate.errors!.map(({ instancePath, message }) => `${instancePath} ${message}`);
  return [...referenceProblems(document), ...operationProblems(document)];
}

function referenceProblems(document: any): string[] {
  const references = new Set(JSON.stringify(document).match(/(?<="\$ref":")[^"]*/g) ?? []);
  return [...references]
    .filter((reference) => resolveReference(document, reference) === undefined)
    .map((reference) => `${reference} leads nowhere`);
}

function operationProblems(document: any): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const tags = document.tags.map(({ name }: { name: string }) => name) as string[];
  const schemes = Object.keys(document.components.securitySchemes as object);
  for (const { path, method, operation: each } of operationsOf(document)) {
    const where = `${method.toUpperCase()} ${path}`;
    if (seen.has(each.operationId)) problems.push(`${where}: ${each.operationId} is taken`);
    seen.add(each.operationId);
    for (const tag of each.tags) if (!tags.includes(tag)) problems.push(`${where}: no such tag: ${tag}`);
    const placeholders = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name!);
    const described = (each.parameters ?? []).filter((one: any) => one.in === 'path').map((one: any) => one.name);
    if (String(placeholders.toSorted()) !== String(described.toSorted()))
      problems.push(`${where}: parameters of the path are ${String(placeholders)}, described are ${String(described)}`);
    for (const name of [...(each.security ?? []), ...document.security].flatMap(Object.keys))
      if (!schemes.includes(name)) problems.push(`${where}: no such security scheme: ${name}`);
    if (!Object.keys(each.responses).some((status) => /^[23]/.test(status))) problems.push(`${where}: never succeeds`);
  }
  return problems;
}

export interface Operation {
  readonly path: string;
  readonly method: string;
  readonly operation: any;
}

export function operationsOf(document: any): Operation[] {
  return Object.entries<Record<string, any>>(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** What a reference within the document stands for; undefined when it leads nowhere. */
export function resolveReference(document: any, reference: string): any {
  return reference
    .slice(2)
    .split('/')
    .reduce((value, key) => value?.[key], document);
}
