/** How a letter travels (letters sheet §6); the first three are within the United Kingdom. */
export const postages = ['first', 'second', 'economy', 'europe', 'rest-of-world'] as const;

export type Postage = (typeof postages)[number];

/** What a caller may choose. */
export const ukPostages = ['first', 'second', 'economy'] as const satisfies readonly Postage[];

/** The postage of a letter that nobody chose one for. */
export const defaultPostage: Postage = 'second';

export function isPostage(text: string): text is Postage {
  return (postages as readonly string[]).includes(text);
}

/** True for letters abroad: the only ones that are `international` (letters sheet §13). */
export function isInternationalPostage(postage: Postage): boolean {
  return postage === 'europe' || postage === 'rest-of-world';
}
