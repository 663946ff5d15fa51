/** What a gateway's request may hold of a message. */
export const webhookPlaceholders = ['to', 'from', 'content', 'reference'] as const;

export type WebhookValues = Readonly<Record<(typeof webhookPlaceholders)[number], string>>;

/** Where a value stands, which decides how it is written there. */
export type WebhookEncoding = 'json' | 'form' | 'xml' | 'text' | 'url' | 'header';

/** Control characters but tab and line ends: XML has no way to write them. */
const notInXml = /(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu;

const placeholder = /\(\(([^()]*)\)\)/g;

const escapes: Readonly<Record<WebhookEncoding, (value: string) => string>> = {
  json: (value) => JSON.stringify(value).slice(1, -1),
  form: (value) => new URLSearchParams({ '': value }).toString().slice(1),
  xml: (value) => value.replace(notInXml, '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
  text: (value) => value,
  url: percentEncode,
  // A line end would begin a header of the recipient's choice.
  header: (value) => value.replace(/[^ -~]+/g, percentEncode),
};

/** Puts values into a template, each written so that it cannot end the place it stands in. */
export function fillTemplate(template: string, values: WebhookValues, encoding: WebhookEncoding): string {
  return template.replace(placeholder, (whole, name: string) =>
    isPlaceholder(name) ? escapes[encoding](values[name]) : whole,
  );
}

/** The placeholders of a template that nothing is known for. */
export function unknownPlaceholders(template: string): string[] {
  return [...template.matchAll(placeholder)].map(([, name = '']) => name).filter((name) => !isPlaceholder(name));
}

function isPlaceholder(name: string): name is keyof WebhookValues {
  return (webhookPlaceholders as readonly string[]).includes(name);
}

function percentEncode(value: string): string {
  const wellFormed = value.toWellFormed();
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
