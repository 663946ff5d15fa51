import type { Notification } from './notification.ts';

/** A notification with what people who look at a service see of it (admin API sheet §4.10). */
export interface NotificationDetails extends Notification {
  /** Null when it was not sent with a key. */
  readonly keyName: string | null;
  /** In the version that it was made with. */
  readonly template: {
    readonly name: string;
    readonly content: string;
    readonly subject: string | null;
    /** The hidden one of letters that came as a PDF. */
    readonly isPrecompiled: boolean;
    /** Values are not to be shown. */
    readonly isRedacted: boolean;
  };
  /** Of the file that it is a row of. */
  readonly fileName: string | null;
  readonly author: { readonly name: string; readonly emailAddress: string } | null;
}
