interface Operation {
  readonly operationId?: string;
  readonly requestBody?: { required?: boolean };
  readonly responses: Record<string, object>;
}

interface Document {
  readonly paths?: object;
  readonly components?: object;
}

/** The operations of every path. */
export function operationsOf({ paths = {} }: Document): Operation[] {
  return Object.values(paths).flatMap((path) => Object.values(path as object) as Operation[]);
}

/** Writes a refusal that several operations give alike once, under `components`. Changes the document. */
export function shareResponses(document: Document): void {
  const operations = operationsOf(document);
  const uses = new Map<string, number>();
  for (const [, text] of refusalsOf(operations)) uses.set(text, (uses.get(text) ?? 0) + 1);

  const names = new Map<string, string>();
  const responses: Record<string, unknown> = {};
  for (const [status, text] of refusalsOf(operations)) {
    if (uses.get(text)! < 2 || names.has(text)) continue;
    const body = /#\/components\/schemas\/(\w+)/.exec(text)?.[1] ?? 'Error';
    const taken = Object.keys(responses).filter((name) => name.startsWith(`${body}${status}`)).length;
    const name = `${body}${status}${taken === 0 ? '' : `Form${taken + 1}`}`;
    names.set(text, name);
    responses[name] = JSON.parse(text) as unknown;
  }
  for (const { responses: own } of operations) {
    for (const [status, response] of Object.entries(own)) {
      const name = names.get(JSON.stringify(response));
      if (name !== undefined) own[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  Object.assign(document.components ?? {}, { responses });
}

function refusalsOf(operations: readonly Operation[]): [status: string, text: string][] {
  return operations.flatMap(({ responses }) =>
    Object.entries(responses)
      .filter(([status]) => Number(status) >= 400)
      .map(([status, response]): [string, string] => [status, JSON.stringify(response)]),
  );
}
