/** The picture at the top of a service's letters. Another picture is another logo: its file never changes. */
export interface LetterLogo {
  readonly id: string;
  readonly serviceId: string;
  /** What the file was called. */
  readonly originalFilename: string;
  readonly createdAt: Date;
}
