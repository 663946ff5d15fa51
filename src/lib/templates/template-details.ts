import type { LetterParts, Template } from './template.ts';

/** One version of a template with everything that the public API says of it (public API sheet §8). */
export type TemplateDetails = Pick<
  Template,
  | 'id'
  | 'name'
  | 'templateType'
  | 'content'
  | 'subject'
  | 'hasUnsubscribeLink'
  | 'version'
  | 'postage'
  | 'createdAt'
  | 'updatedAt'
> &
  LetterParts & {
    /** Of whoever made this version. */
    readonly createdByEmail: string;
  };
