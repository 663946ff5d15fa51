/** A PDF that is printed after every letter of a template (data sheet §1.4). Its file never changes. */
export interface LetterAttachment {
  readonly id: string;
  readonly serviceId: string;
  /** What the file was called. */
  readonly originalFilename: string;
  readonly pageCount: number;
  readonly createdById: string;
  readonly createdAt: Date;
}

/** What is known of one before a template has it. */
export type NewLetterAttachment = Pick<LetterAttachment, 'id' | 'originalFilename' | 'pageCount'>;
