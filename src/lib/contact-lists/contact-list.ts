/** A file of recipients that is kept to be sent to again and again (jobs sheet §4). */
export interface ContactList {
  readonly id: string;
  readonly serviceId: string;
  readonly originalFileName: string;
  readonly rowCount: number;
  readonly templateType: ContactListType;
  readonly createdByName: string;
  readonly createdAt: Date;
  /** Jobs of it that are still kept. */
  readonly recentJobCount: number;
  /** Whether there was ever a job of it. */
  readonly hasJobs: boolean;
}

export const contactListTypes = ['email', 'sms'] as const;
export type ContactListType = (typeof contactListTypes)[number];
